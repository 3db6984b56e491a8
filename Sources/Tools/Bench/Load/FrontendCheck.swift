internal import Foundation
package import Model
internal import Monitoring
internal import NIOCore
internal import NIOPosix
internal import TierHTTP

/// Checks before a load that a frontend responds and follows the contract, and finds its books.
package struct FrontendCheck: Sendable {
    package var frontend: ServerAddress
    /// Topics to search for; without any, those of the four default books.
    package var topics: [String]
    /// Books to look up and buy; nil takes those that the searches find.
    package var items: ItemSet?
    /// The time limit of one response, in seconds.
    package var timeoutSeconds: Double

    /// A check of `frontend`.
    package init(frontend: ServerAddress, topics: [String], items: ItemSet?, timeoutSeconds: Double) {
        self.frontend = frontend
        self.topics = topics.isEmpty ? Self.defaultTopics : topics
        self.items = items
        self.timeoutSeconds = timeoutSeconds
    }

    static let defaultTopics: [String] = Book.defaults.map(\.topic).reduce(into: []) { topics, topic in
        if !topics.contains(topic) { topics.append(topic) }
    }

    /// The results of the check.
    struct Findings: Sendable {
        let target: LoadTarget
        /// How the frontend names itself.
        let server: String?
        /// Whether its responses report the times of the tiers behind it.
        let hasServerTiming: Bool
    }

    /// Carries out the check.
    ///
    /// - Throws: ``BenchFault``.
    func run(on loops: TierLoops, zipfExponent: Double?) async throws -> Findings {
        let asker = Asker(check: self, address: try await resolve(loops), slot: loops.slots[0])
        var found: [ItemNumber] = []
        var searched: [String] = []
        var last: ResponseReader.Answer?
        for topic in topics {
            let target = "/search?topic=" + RequestTarget.encode(topic)
            let answer = try await asker.ask(target)
            guard answer.status == 200, let numbers = AnswerCheck.foundItems(answer.body) else {
                throw asker.fault(answer, to: target)
            }
            last = answer
            let items = numbers.compactMap { ItemNumber(parsing: $0) }
            guard items.count == numbers.count else { throw asker.fault(answer, to: target) }
            if !items.isEmpty { searched.append(topic) }
            found += items
        }
        let items = try items ?? Self.items(found, topics: topics, frontend: frontend)
        if self.items == nil || !found.isEmpty {
            _ = try await stock(of: items.number(at: 0), asker: asker)
        }
        let target = LoadTarget(
            address: asker.address, hostField: frontend.description,
            topics: searched.isEmpty ? topics : searched,
            popularity: ItemPopularity(items: items, exponent: zipfExponent), runName: Self.newRunName())
        return Findings(
            target: target, server: last?.server.map { String(buffer: $0) },
            hasServerTiming: last?.serverTiming != nil)
    }

    /// The units of a book on the shelf.
    ///
    /// - Throws: ``BenchFault``.
    func stock(of item: Int64, on loops: TierLoops) async throws -> Int64 {
        let asker = Asker(check: self, address: try await resolve(loops), slot: loops.slots[0])
        return try await stock(of: item, asker: asker)
    }

    private func stock(of item: Int64, asker: Asker) async throws -> Int64 {
        let target = "/lookup?item_number=\(item)"
        let answer = try await asker.ask(target)
        if answer.status == 404 { throw BenchFault.failed("the store at \(frontend) has no book \(item)") }
        guard answer.status == 200, let stock = AnswerCheck.stock(answer.body) else {
            throw asker.fault(answer, to: target)
        }
        return stock
    }

    private static func items(
        _ found: [ItemNumber], topics: [String], frontend: ServerAddress
    ) throws -> ItemSet {
        let items = Array(Set(found)).sorted()
        guard !items.isEmpty else {
            let names = topics.map { "'\($0)'" }.joined(separator: " or ")
            throw BenchFault.failed(
                "the store at \(frontend) has no books under \(names); name others by --topic, or --items")
        }
        return .list(items)
    }

    /// Resolves the frontend by connecting: every client then uses the address of the connection's other end.
    private func resolve(_ loops: TierLoops) async throws -> SocketAddress {
        do {
            let channel = try await ClientBootstrap(group: loops.slots[0].eventLoop)
                .connectTimeout(.nanoseconds(Int64(timeoutSeconds * 1e9)))
                .connect(host: frontend.host, port: frontend.port).get()
            let address = channel.remoteAddress
            try await channel.close()
            if let address { return address }
        } catch let error as NIOConnectionError {
            let reason =
                error.connectionErrors.first.map { LoadConnection.reason($0.error) } ?? "the name is unknown"
            throw BenchFault.unreachable("no frontend answers at \(frontend): \(reason)")
        } catch {
            throw BenchFault.unreachable(
                "no frontend answers at \(frontend): \(LoadConnection.reason(error))")
        }
        throw BenchFault.unreachable("no frontend answers at \(frontend): it hung up at once")
    }

    private static func newRunName() -> String {
        String(UInt64.random(in: 0 ... .max), radix: 36)
    }
}

/// Sends single requests, each on a separate connection.
private struct Asker: Sendable {
    let check: FrontendCheck
    let address: SocketAddress
    let slot: LoopSlot

    func ask(_ target: String) async throws -> ResponseReader.Answer {
        let limit = TimeAmount.nanoseconds(Int64(check.timeoutSeconds * 1e9))
        let future = slot.eventLoop.flatSubmit { [slot, address, check] in
            let promise = slot.eventLoop.makePromise(of: ResponseReader.Answer.self)
            let connection = LoadConnection(
                index: 0, address: address, hostField: check.frontend.description,
                eventLoop: slot.eventLoop, connectTimeMax: limit)
            connection.ended = { _, _, result in promise.completeWith(result.mapError { $0 }) }
            let now = NIODeadline.now()
            let deadline = now + limit
            connection.send(
                .init(
                    ticket: Ticket(intended: now.uptimeNanoseconds, isMeasured: false), operation: .search,
                    method: .get, target: target, key: nil, deadline: deadline.uptimeNanoseconds))
            let bound = NIOLoopBound(connection, eventLoop: slot.eventLoop)
            let timer = slot.eventLoop.scheduleTask(deadline: deadline) { bound.value.fail(.timedOut) }
            promise.futureResult.whenComplete { _ in
                timer.cancel()
                bound.value.close()
            }
            return promise.futureResult
        }
        do {
            return try await future.get()
        } catch let failure as LoadFault {
            throw fault(failure, target)
        }
    }

    /// Returns the fault for a response that a check cannot use.
    func fault(_ answer: ResponseReader.Answer, to target: String) -> BenchFault {
        let name = "the frontend at \(check.frontend)"
        let body = answer.body.readableBytes == 0 ? "no body" : AnswerCheck.excerpt(answer.body)
        if answer.status == 503 {
            return .unreachable("\(name) is not ready: it answers GET \(target) with status 503, \(body)")
        }
        if answer.status != 200 {
            return .failed("\(name) answers GET \(target) with status \(answer.status), \(body)")
        }
        return .failed("\(name) answers nonsense to GET \(target): \(body)")
    }

    private func fault(_ failure: LoadFault, _ target: String) -> BenchFault {
        let name = "the frontend at \(check.frontend)"
        switch failure {
        case .unreachable(let reason): return .unreachable("\(name) is out of reach: \(reason)")
        case .timedOut:
            return .failed(
                "\(name) stalls: no answer to GET \(target) within \(Figure.seconds(check.timeoutSeconds))")
        case .connectionLost: return .failed("\(name) hung up before it answered GET \(target)")
        case .nonsense(let what): return .failed("\(name) answers nonsense to GET \(target): \(what)")
        case .status: return .failed("\(name) answers GET \(target) with \(failure.kind)")
        }
    }
}
