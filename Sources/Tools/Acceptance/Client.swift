package import Model
package import Monitoring
package import NIOCore
internal import NIOHTTP1
internal import StoreAPI
internal import StoreClient
package import TierHTTP

/// One client of the store: sends requests to a frontend one after the other and keeps the client log.
package final class Client: Sendable {
    /// What a frontend answered.
    package struct Answer: Sendable {
        /// The status code.
        package let status: Int
        /// The body, as one line of text.
        package let text: String
        /// Whether the request may have been carried out although this is no success.
        package let isOutcomeUnknown: Bool
        let body: ByteBuffer
    }

    private let number: Int
    private let frontend: ServerAddress
    private let log: OperationLog?
    private let store: StoreClient
    private let answerTimeMax: TimeAmount

    /// - Parameters:
    ///   - number: the K of `ClientK` in the log.
    ///   - log: the client log; nil keeps none.
    ///   - answerTimeMax: how long the frontend may take over one request.
    package init(
        number: Int, frontend: ServerAddress, log: OperationLog?, loops: TierLoops,
        answerTimeMax: TimeAmount = .seconds(10)
    ) async throws {
        self.number = number
        self.frontend = frontend
        self.log = log
        self.answerTimeMax = answerTimeMax
        store = try await StoreClient(of: "frontend", at: [frontend], loops: loops)
    }

    package func search(topic: String) async throws -> Answer {
        try await send(.GET, "/search?topic=" + RequestTarget.encode(topic))
    }

    /// Looks a book up by what the caller takes for its number; the frontend judges it.
    package func lookup(_ item: String) async throws -> Answer {
        try await send(.GET, "/lookup?item_number=" + RequestTarget.encode(item))
    }

    /// Buys a book by what the caller takes for its number; the frontend judges it.
    ///
    /// - Parameter key: nil draws one, so that repetitions on the way to the frontend are safe as well.
    package func buy(_ item: String, key: IdempotencyKey? = nil) async throws -> Answer {
        try await send(
            .POST, "/buy?item_number=" + RequestTarget.encode(item), key: key ?? IdempotencyKey.random())
    }

    /// Sends one request and logs it and its answer.
    ///
    /// - Throws: ``Model/StoreError/unavailable`` when the frontend is out of reach or too slow.
    func send(_ method: HTTPMethod, _ target: String, key: IdempotencyKey? = nil) async throws -> Answer {
        try log?.commit(["Client\(number): Send request http://\(frontend)\(target)"])
        let answer = try await store.send(method, target, key: key, within: answerTimeMax)
        let text = Self.oneLine(answer.body)
        try log?.commit(["Client\(number): Get response \(text)"])
        return Answer(
            status: Int(answer.status.code), text: text,
            isOutcomeUnknown: StoreProblem(answer).isOutcomeUnknown, body: answer.body)
    }

    /// Closes the connection.
    package func shutdown() async { await store.shutdown() }

    /// The body on one line: other frontends may spread their JSON over several.
    private static func oneLine(_ body: ByteBuffer) -> String {
        String(buffer: body).split(whereSeparator: \.isNewline)
            .map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
    }
}
