internal import ArgumentParser
internal import Foundation
internal import Model
internal import Passwords

/// `bookstore desk-password`
struct DeskPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk-password",
        abstract: "Hash the password of a store's first owner.",
        discussion: """
            Reads the password, one line, from standard input and writes its hash to standard output, for a file \
            that --desk-password-file names:

              (umask 077; bookstore desk-password > desk.hash)

            Where the store has no keepers yet, a web shop that is started with it makes the account 'owner' of it. It \
            opens nothing else: 'bookstore keeper password' gives a keeper another password.
            """)

    func run() async throws {
        guard let password = try KeeperPassword(hashing: try TypedPassword.read("Password: ")) else {
            throw ValidationError(Settings.passwordLengthFault)
        }
        Output.line(password.text)
    }
}

extension Settings {
    static let passwordLengthFault = "the desk's password has \(TypedPassword.lengths)"

    /// The first owner's password; nil where none is given.
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
