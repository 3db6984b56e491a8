internal import ArgumentParser
internal import Foundation
internal import Model
internal import Passwords

/// Where a keeper's password comes from; never from the command line, which other users of the machine see.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file whose first line is the password. Without it the password is asked for, or read from standard input.",
            valueName: "file"), completion: .file())
    var passwordFile: String?

    /// The password.
    ///
    /// - Parameter name: whose it is.
    /// - Throws: `ValidationError` for one that the store would not take, ``Model/FileFault`` for a file that is none.
    func password(of name: String) throws -> String {
        let password =
            try passwordFile.map(Self.firstLine)
            ?? TypedPassword.read("Password of \(ShownText.quoted(name)): ", isRepeated: true)
        let byteCount = password.precomposedStringWithCanonicalMapping.utf8.count
        guard KeeperPassword.byteCounts.contains(byteCount) else {
            throw ValidationError("the password has \(byteCount) bytes, not \(TypedPassword.lengths)")
        }
        return password
    }

    private static func firstLine(of path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(path: path, reason: "cannot be read; its first line should be the password")
        }
        let line = data.prefix { $0 != UInt8(ascii: "\n") }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw FileFault(path: path, line: 1, reason: "is not UTF-8")
        }
        return text.hasSuffix("\r") ? String(text.dropLast()) : text
    }
}
