import Foundation
import Synchronization

/// A program that a store tells of events: it keeps every letter, and answers as a test wants it.
package final class WebhookReceiver: Sendable {
    /// A request as it came.
    package struct Letter: Sendable {
        /// The path and query.
        package let target: String
        /// Names in lower case.
        package let fields: [String: String]
        package let body: String

        /// The numbers and kinds of its events.
        package var events: [String] {
            let json = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            let events = json?["result"] as? [[String: Any]] ?? []
            return events.map { "\($0["sequence"] ?? "?") \($0["kind"] ?? "?")" }
        }
    }

    /// What a letter is answered with: the rest of the head's first line, and further lines; nil for nothing until the
    /// connection is closed.
    package typealias Answer = @Sendable (Letter) -> String?

    private let listener: RawListener
    private let kept = Mutex<[Letter]>([])
    private let taken = Mutex<[Letter]>([])
    private let answer = Mutex<Answer>({ _ in "204 No Content" })

    package init() throws {
        listener = try RawListener()
        listener.serve { [weak self] connection in
            guard let letter = try Self.letter(from: connection), let self else { return }
            kept.withLock { $0.append(letter) }
            let answer = answer.withLock { $0 }(letter)
            guard let answer else {
                _ = try connection.receiveAll()
                return
            }
            if answer.hasPrefix("2") { taken.withLock { $0.append(letter) } }
            try connection.send("HTTP/1.1 \(answer)\r\nContent-Length: 0\r\n\r\n")
        }
    }

    package var port: Int { listener.port }
    package var url: String { "http://127.0.0.1:\(port)/hook?to=a" }
    /// All letters in the order in which they came.
    package var letters: [Letter] { kept.withLock { $0 } }
    /// The events of the letters that were answered 2xx.
    package var events: [String] { taken.withLock { $0 }.flatMap(\.events) }

    /// Answers what comes from now on with one status.
    package func answer(_ line: String?) { answer { _ in line } }

    package func answer(_ answer: @escaping Answer) { self.answer.withLock { $0 = answer } }

    package func close() { listener.close() }

    private static func letter(from connection: RawConnection) throws -> Letter? {
        var bytes: [UInt8] = []
        while true {
            let more = try connection.receive()
            guard !more.isEmpty else { return nil }
            bytes += more
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(
                separatedBy: "\r\n")
            var fields: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 {
                    fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
                }
            }
            let length = fields["content-length"].flatMap { Int($0) } ?? 0
            guard bytes.count >= end.upperBound + length else { continue }
            let words = lines[0].split(separator: " ")
            return Letter(
                target: words.count > 1 ? String(words[1]) : "", fields: fields,
                body: String(decoding: bytes[end.upperBound...], as: UTF8.self))
        }
    }
}
