internal import Foundation
internal import Model
internal import TierHTTP

/// What `bookstore up` and the servers that it starts say to each other over the pipes of their standard input
/// and output: settings, secrets among them, downwards as one line of JSON; upwards a line as soon as the
/// server listens.
///
/// An environment can be read by every process of the user and is handed on to whatever a process starts; a
/// pipe is read once, by the server that needs it.
struct HandedSettings: Codable {
    /// Bytes of the line: two secrets of some hundred bytes, what the shop says of itself and some numbers, and well
    /// within a pipe's buffer, so that writing it never waits.
    private static let byteCountMax = 16 * 1024
    /// What a server says when it listens.
    static let listening = "listening"

    /// By the settings' keys.
    private(set) var values: [String: String] = [:]
    /// Where each was said, for people.
    private(set) var origins: [String: String] = [:]

    /// Hands a value down.
    mutating func add(_ setting: Setting, _ value: String, origin: String) {
        values[setting.key] = value
        origins[setting.key] = origin
    }

    /// The line that hands them down.
    func line() throws -> Data {
        let line = try JSONEncoder().encode(self) + Data("\n".utf8)
        guard line.count <= Self.byteCountMax else {
            throw WorkFault("the settings of a server have more than \(Self.byteCountMax) bytes")
        }
        return line
    }

    /// Takes the line from standard input, byte by byte: what follows it is not ours.
    ///
    /// - Throws: ``WorkFault`` when it does not arrive or is not valid.
    static func read() throws -> HandedSettings {
        var line = Data()
        var byte: UInt8 = 0
        while line.count < byteCountMax, Foundation.read(STDIN_FILENO, &byte, 1) == 1 {
            guard byte != UInt8(ascii: "\n") else {
                return try JSONDecoder().decode(HandedSettings.self, from: line)
            }
            line.append(byte)
        }
        throw WorkFault("no settings came on standard input; --child-of-up is for 'bookstore up' only")
    }
}

extension TierOptions {
    /// What `up` has handed down; empty for a server that was started by itself.
    func handed() throws -> HandedSettings { childOfUp ? try .read() : HandedSettings() }
}
