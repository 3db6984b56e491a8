internal import ArgumentParser
internal import Foundation
internal import Model
internal import Monitoring
internal import Passwords

/// `bookstore desk-password`
struct DeskPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk-password",
        abstract: "Hash a password for the storekeeper's desk.",
        discussion: """
            Reads the password, one line, from standard input and writes its hash to standard output, for a file \
            that --desk-password-file names:

              (umask 077; bookstore desk-password > desk.hash)
            """)

    func run() async throws {
        let isTerminal = isatty(STDIN_FILENO) == 1
        if isTerminal { StandardError.write("Password: ") }
        guard let line = Terminal.withoutEcho(isTerminal, { readLine() }) else {
            throw ValidationError("no password on standard input")
        }
        if isTerminal { ExitStatus.say("") }
        guard let password = try KeeperPassword(hashing: line) else {
            throw ValidationError(Settings.passwordLengthFault)
        }
        Output.line(password.text)
    }
}

/// The terminal that a person types at.
private enum Terminal {
    /// Runs `body` while what is typed is not shown.
    static func withoutEcho<Value>(_ isTerminal: Bool, _ body: () -> Value) -> Value {
        guard isTerminal else { return body() }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
        return body()
    }
}

extension Settings {
    static let passwordLengthFault =
        "the desk's password has \(KeeperPassword.byteCounts.lowerBound) to \(KeeperPassword.byteCounts.upperBound) bytes"

    /// The desk's password; nil where there is no desk.
    ///
    /// - Throws: ``Model/FileFault`` for a password of the wrong length, or a file that holds no hash.
    func deskPassword() throws -> KeeperPassword? {
        let given = text(.deskPassword)
        if !given.isEmpty {
            guard let password = try KeeperPassword(hashing: given) else {
                throw FileFault(path: source(of: .deskPassword), reason: Self.passwordLengthFault)
            }
            return password
        }
        let file = text(.deskPasswordFile)
        guard !file.isEmpty else { return nil }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw FileFault(path: file, reason: "cannot be read; it should hold the desk's password, hashed")
        }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let password = KeeperPassword(parsing: text) else {
            throw FileFault(
                path: file, reason: "holds no hash of a password; 'bookstore desk-password' writes one")
        }
        return password
    }
}
