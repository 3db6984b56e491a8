internal import Foundation
internal import Model
internal import TierHTTP

/// What `bookstore up` and the servers that it starts say to each other over the pipes of their standard input
/// and output: settings, secrets among them, downwards as one line of JSON; upwards a line as soon as the
/// server listens.
///
/// An environment can be read by every process of the user and is handed on to whatever a process starts; a
/// pipe is read once, by the server that needs it.
enum HandedSettings {
    /// Bytes of the line: two secrets of some hundred bytes and some numbers, and well within a pipe's buffer,
    /// so that writing it never waits.
    private static let byteCountMax = 16 * 1024
    /// What a server says when it listens.
    static let listening = "listening"

    /// The line that hands `settings` down.
    static func line(_ settings: [Setting: String]) throws -> Data {
        let values = Dictionary(uniqueKeysWithValues: settings.map { ($0.key.key, $0.value) })
        let line = try JSONEncoder().encode(values) + Data("\n".utf8)
        guard line.count <= byteCountMax else {
            throw WorkFault("the settings of a server have more than \(byteCountMax) bytes")
        }
        return line
    }

    /// Takes the line from standard input, byte by byte: what follows it is not ours.
    ///
    /// - Throws: ``WorkFault`` when it does not arrive or is not valid.
    static func read() throws -> [String: String] {
        var line = Data()
        var byte: UInt8 = 0
        while line.count < byteCountMax, Foundation.read(STDIN_FILENO, &byte, 1) == 1 {
            guard byte != UInt8(ascii: "\n") else {
                return try JSONDecoder().decode([String: String].self, from: line)
            }
            line.append(byte)
        }
        throw WorkFault("no settings came on standard input; --child-of-up is for 'bookstore up' only")
    }
}

extension TierOptions {
    /// What `up` has handed down; empty for a server that was started by itself.
    func handed() throws -> [String: String] { childOfUp ? try HandedSettings.read() : [:] }
}
