import Foundation
import Synchronization
import TestSupport

/// A frontend of another make, whose answers a test chooses.
final class FakeFrontend: Sendable {
    /// The framing of its answers.
    enum Framing {
        case contentLength
        /// In two chunks.
        case chunked
        /// As in HTTP/1.0: the end of the connection is the end of the answer.
        case untilClosed
    }

    private let listener: RawListener
    private let count = Atomic<Int>(0)

    /// - Parameter respond: takes a request's target and how many came before it; gives status and body, or
    ///   nil for bytes of its own choice, which it sends itself.
    init(
        _ framing: Framing = .contentLength,
        _ respond: @escaping @Sendable (String, Int) throws -> (status: Int, body: String)
    ) throws {
        listener = try RawListener()
        listener.serve { [self] connection in
            while true {
                let head = try connection.receiveHead()
                guard let target = head.split(separator: " ").dropFirst().first else { return }
                let before = count.wrappingAdd(1, ordering: .relaxed).oldValue
                let answer = try respond(String(target), before)
                try connection.send(Self.text(answer, framing))
                if framing == .untilClosed { return connection.endSending() }
            }
        }
    }

    var address: String { "127.0.0.1:\(listener.port)" }
    var requestCount: Int { count.load(ordering: .relaxed) }
    func close() { listener.close() }

    /// The answer of a store with one book, which has sold `sold` of its `stock` copies.
    static func answer(to target: String, stock: Int, buy: String = "Success") -> (status: Int, body: String)
    {
        if target.hasPrefix("/search") { return (200, #"{"result":[{"item_number":"1","title":"A"}]}"#) }
        if target.hasPrefix("/lookup") {
            let book = #"{"item_number":"1","title":"A","type":"t","cost":"10","stock":\#(stock)}"#
            return (200, #"{"result":\#(book)}"#)
        }
        return (200, #"{"result":"\#(buy)"}"#)
    }

    private static func text(_ answer: (status: Int, body: String), _ framing: Framing) -> String {
        let start = "HTTP/1.\(framing == .untilClosed ? 0 : 1) \(answer.status) X\r\n"
        let middle = answer.body.index(answer.body.startIndex, offsetBy: answer.body.count / 2)
        let halves = [answer.body[..<middle], answer.body[middle...]].filter { !$0.isEmpty }
        switch framing {
        case .contentLength: return start + "Content-Length: \(answer.body.utf8.count)\r\n\r\n" + answer.body
        case .untilClosed: return start + "\r\n" + answer.body
        case .chunked:
            let chunks = halves.map { String($0.utf8.count, radix: 16) + "\r\n\($0)\r\n" }.joined()
            return start + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"
        }
    }
}

/// Runs `body` with a fake frontend that is closed afterwards.
func withFakeFrontend(
    _ framing: FakeFrontend.Framing = .contentLength,
    answering respond: @escaping @Sendable (String, Int) throws -> (status: Int, body: String),
    _ body: (FakeFrontend, String) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let frontend = try FakeFrontend(framing, respond)
        defer { frontend.close() }
        try await body(frontend, folder)
    }
}
