internal import Foundation
public import Logging

/// How the servers' own logs look on standard error.
public enum LogFormat: String, CaseIterable, Sendable {
    /// One line of text for a person.
    case text
    /// One JSON object a line, for a collector.
    case json
}

/// Writes the servers' logs to standard error, a line an event.
public struct ServerLog: LogHandler {
    /// Fields of every line.
    public var metadata: Logger.Metadata = [:]
    /// What is worth a line.
    public var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat

    /// A handler for the server `label`.
    public init(label: String, level: Logger.Level, format: LogFormat) {
        self.label = label
        self.format = format
        logLevel = level
    }

    /// One field of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one event.
    public func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var line: String
        switch format {
        case .text:
            line = "\(time) \(event.level) \(label): \(event.message)"
            for (key, value) in fields { line += " \(key)=\(value)" }
        case .json:
            line = "{\"time\":\"\(time)\",\"level\":\"\(event.level)\",\"tier\":\(JSONText.quoted(label))"
            line += ",\"message\":\(JSONText.quoted("\(event.message)"))"
            for (key, value) in fields { line += ",\(JSONText.quoted(key)):\(JSONText.quoted("\(value)"))" }
            line += "}"
        }
        // One write a line, so that the lines of several tiers on one terminal do not mix.
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// JSON strings by hand, for short texts.
public enum JSONText {
    /// `text` in quotes, escaped as RFC 8259 asks.
    public static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        appendEscaped(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the UTF-8 of `text` with quotes, backslashes and control characters escaped.
    public static func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
            case 0x00...0x1F:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: #"\u00"#.utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
    }
}
