internal import ArgumentParser
internal import Foundation
internal import Monitoring
internal import Passwords

/// A password as a person types it, or as a program writes it to standard input: one line, which a terminal does not show.
enum TypedPassword {
    /// How long a password may be, for a person.
    static let lengths =
        "\(KeeperPassword.byteCounts.lowerBound) to \(KeeperPassword.byteCounts.upperBound) bytes"

    /// Asks for a password.
    ///
    /// - Parameters:
    ///   - prompt: what a person at a terminal is asked.
    ///   - isRepeated: whether a person types it twice, since a mistake would not be seen.
    /// - Throws: `ValidationError` where none comes, or two that differ.
    static func read(_ prompt: String, isRepeated: Bool = false) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine() else { throw ValidationError("no password on standard input") }
            return line
        }
        let password = try ask(prompt)
        guard try !isRepeated || ask("The same again: ") == password else {
            throw ValidationError("the two passwords differ")
        }
        return password
    }

    private static func ask(_ prompt: String) throws -> String {
        StandardError.write(prompt)
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            ExitStatus.say("")
        }
        guard let line = readLine() else { throw ValidationError("no password was typed") }
        return line
    }
}
