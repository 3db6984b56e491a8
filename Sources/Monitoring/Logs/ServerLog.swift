internal import Foundation
package import Logging
internal import Model

/// Writes the servers' logs to standard error, a line an event.
package struct ServerLog: LogHandler {
    /// Fields of every line.
    package var metadata: Logger.Metadata = [:]
    /// What is worth a line.
    package var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat

    /// A handler for the server `label`.
    package init(label: String, level: Logger.Level, format: LogFormat) {
        self.label = label
        self.format = format
        logLevel = level
    }

    /// One field of every line.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one event.
    package func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let line = line(
            time: "\(Timestamp.now)", level: event.level, message: "\(event.message)", fields: fields)
        // One write a line, so that the lines of several tiers on one terminal do not mix.
        StandardError.write(line + "\n")
    }
}

extension ServerLog {
    /// Bytes of a message or of a field's value; what is longer is cut. A request's target may have 16 KB.
    private static let textBytesMax = 8 * 1024

    /// The line of an event. The only place where text becomes part of a log: whatever its way in, it cannot
    /// begin a new line or reach a terminal as anything but letters.
    func line(
        time: String, level: Logger.Level, message: String,
        fields: [(key: String, value: Logger.Metadata.Value)]
    ) -> String {
        switch format {
        case .text:
            let parts = fields.map { " \(Self.text($0.key))=\(Self.text("\($0.value)"))" }
            return "\(time) \(level) \(Self.text(label)): \(Self.text(message))" + parts.joined()
        case .json:
            let parts = fields.map { ",\(Self.quoted($0.key)):\(Self.quoted("\($0.value)"))" }
            return "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"tier\":\(Self.quoted(label))"
                + ",\"message\":\(Self.quoted(message))" + parts.joined() + "}"
        }
    }

    private static func text(_ text: String) -> String { ShownText.escaped(clipped(text)) }

    private static func quoted(_ text: String) -> String {
        ShownText.escapedJSON(JSONText.quoted(clipped(text)))
    }

    private static func clipped(_ text: String) -> String {
        guard text.utf8.count > textBytesMax else { return text }
        return String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self) + "…"
    }
}
