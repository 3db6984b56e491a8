import Model
import NIOCore

/// One end of the network: carries requests to a server and answers back, and loses, doubles, delays and
/// reorders both. It repeats what may be repeated, as a tier's client does.
// Unchecked: a simulation has one thread.
final class SimulatedLink: @unchecked Sendable {
    /// As in `ClientLimits` and `Backoff`.
    private static let attemptCountMax = 4
    private static let refusalCountMax = 3
    private static let refusalWaitMillis = 20

    let name: String
    /// Whether the server has answered on the open connection, so that its kind is known.
    private(set) var isKnown = false
    /// While set in the future, no message passes.
    var cutUntil = NIODeadline.uptimeNanoseconds(0)
    private let world: World
    private let servers: [SimulatedServer]
    private var open: [Int: () -> Void] = [:]
    private var lastNumber = 0
    private var isClosed = false

    /// - Parameter servers: one, or several that are alike.
    init(_ name: String, to servers: [SimulatedServer], world: World) {
        self.name = name
        self.servers = servers
        self.world = world
    }

    /// One request until its answer or deadline.
    // Unchecked: a simulation has one thread.
    private final class Exchange<Reply: Sendable>: @unchecked Sendable {
        let label: String
        let isRead: Bool
        let mayBeRepeated: Bool
        let deadline: NIODeadline
        let promise: EventLoopPromise<Reply>
        let serve: (Int) -> EventLoopFuture<Reply>?
        /// The server that is asked, by its place.
        var place: Int
        var attempt = 0
        var refusalCount = 0
        var wasSent = false
        var isDoubled = false
        var hasCopies: Bool { attempt > 1 || isDoubled }
        var isEnded = false

        init(
            label: String, isRead: Bool, mayBeRepeated: Bool, deadline: NIODeadline,
            promise: EventLoopPromise<Reply>, place: Int,
            serve: @escaping (Int) -> EventLoopFuture<Reply>?
        ) {
            self.label = label
            self.isRead = isRead
            self.mayBeRepeated = mayBeRepeated
            self.deadline = deadline
            self.promise = promise
            self.place = place
            self.serve = serve
        }

        func end(_ result: Result<Reply, any Error>) {
            guard !isEnded else { return }
            isEnded = true
            promise.completeWith(result)
        }
    }

    /// Sends a request.
    ///
    /// - Parameter serve: passes it to the server of a place; nil without a server.
    func call<Reply: Sendable>(
        _ what: String, isRead: Bool, mayBeRepeated: Bool, deadline: NIODeadline,
        _ serve: @escaping (Int) -> EventLoopFuture<Reply>?
    ) -> EventLoopFuture<Reply> {
        lastNumber += 1
        let number = lastNumber
        let exchange = Exchange(
            label: "\(name) #\(number) \(what)", isRead: isRead, mayBeRepeated: mayBeRepeated,
            deadline: deadline, promise: world.loop.makePromise(of: Reply.self),
            place: servers.count > 1 ? world.pick(0...(servers.count - 1)) : 0, serve: serve)
        guard !isClosed else {
            exchange.end(.failure(failure(of: exchange, .unreachable)))
            return exchange.promise.futureResult
        }
        open[number] = { exchange.end(.failure(StoreError.overloaded(.connectionsFull))) }
        exchange.promise.futureResult.whenComplete { _ in self.open[number] = nil }
        world.loop.scheduleTask(deadline: deadline) {
            guard !exchange.isEnded else { return }
            exchange.end(.failure(self.failure(of: exchange, .slow)))
        }
        attempt(exchange)
        return exchange.promise.futureResult
    }

    /// The connection breaks; the server still gets the messages on their way.
    func breakConnection() { isKnown = false }

    /// The caller dies: its calls end, and nothing is repeated.
    func close() {
        isClosed = true
        for end in open.sorted(by: { $0.key < $1.key }) { end.value() }
    }

    private func attempt<Reply>(_ exchange: Exchange<Reply>) {
        guard !exchange.isEnded, !isClosed else { return }
        exchange.attempt += 1
        let attempt = exchange.attempt
        guard passes() else { return lost(exchange, attempt, "request") }
        world.after(micros: world.latency()) { self.arrive(exchange, attempt) }
        // What a proxy or a broken connection may do to a request that may be sent again.
        if exchange.mayBeRepeated, world.chance(percent: world.weather.duplicationPercent) {
            exchange.isDoubled = true
            world.after(micros: world.latency()) { self.arrive(exchange, attempt) }
        }
    }

    private func arrive<Reply>(_ exchange: Exchange<Reply>, _ attempt: Int) {
        let place = exchange.place
        let server = servers[place]
        guard server.frozenUntil <= world.now else {
            world.loop.scheduleTask(deadline: server.frozenUntil) { self.arrive(exchange, attempt) }
            return
        }
        let generation = server.generation
        guard let answer = exchange.serve(place) else { return refused(exchange, attempt) }
        world.record("\(exchange.label) arrives")
        exchange.wasSent = true
        answer.whenComplete { result in
            guard server.generation == generation else {
                return self.world.after(micros: self.world.latency()) { self.broken(exchange, attempt) }
            }
            guard self.passes() else { return self.lost(exchange, attempt, "answer") }
            self.world.after(micros: self.world.latency()) { self.answered(exchange, result) }
        }
    }

    private func passes() -> Bool {
        cutUntil <= world.now && !world.chance(percent: world.weather.lossPercent)
    }

    /// A message is lost: the connection breaks after a while, or there is silence until the deadline.
    private func lost<Reply>(_ exchange: Exchange<Reply>, _ attempt: Int, _ message: String) {
        world.record("\(exchange.label): the \(message) is lost")
        if world.chance(percent: 75) {
            world.after(micros: 1_000...300_000) { self.broken(exchange, attempt) }
        }
    }

    private func refused<Reply>(_ exchange: Exchange<Reply>, _ attempt: Int) {
        guard attempt == exchange.attempt else { return }
        isKnown = false
        exchange.refusalCount += 1
        guard exchange.refusalCount < Self.refusalCountMax else {
            return exchange.end(.failure(failure(of: exchange, .unreachable)))
        }
        turn(exchange)
        let wait = Self.refusalWaitMillis << exchange.refusalCount
        world.after(micros: (wait * 750)...(wait * 1_250)) { self.attempt(exchange) }
    }

    private func broken<Reply>(_ exchange: Exchange<Reply>, _ attempt: Int) {
        guard attempt == exchange.attempt, !exchange.isEnded else { return }
        isKnown = false
        guard exchange.mayBeRepeated, attempt < Self.attemptCountMax else {
            return exchange.end(.failure(failure(of: exchange, .connectionLost)))
        }
        world.record("\(exchange.label) is sent again")
        turn(exchange)
        self.attempt(exchange)
    }

    /// Asks another server, where there is one.
    private func turn<Reply>(_ exchange: Exchange<Reply>) {
        exchange.place = (exchange.place + 1) % servers.count
    }

    private func answered<Reply>(_ exchange: Exchange<Reply>, _ result: Result<Reply, any Error>) {
        guard !exchange.isEnded, !isClosed else { return }
        isKnown = true
        switch result {
        case .success: exchange.end(result)
        case .failure(let error as StoreError):
            switch error {
            case .unknownItem, .aboveLimit, .keyReused, .importUndone, .inProgress, .invalid, .conflict,
                .changed, .short, .otherTotal, .unknownOrder, .unknownWebhook, .stepRefused, .unknownKeeper,
                .unknownSession, .keeperConflict, .wrongSignIn, .wrongPassword, .sessionEnded, .notAllowed,
                .refusedLines,
                .clientLeft:
                exchange.end(.failure(error))
            case .unavailable, .unexpectedStatus, .overloaded:
                // Like `TierClient.check`: only one copy is known to have done nothing.
                exchange.end(
                    .failure(exchange.hasCopies ? failure(of: exchange, .notReady) : error))
            }
        case .failure: exchange.end(.failure(failure(of: exchange, .notReady)))
        }
    }

    private func failure<Reply>(of exchange: Exchange<Reply>, _ reason: StoreError.Reason) -> StoreError {
        let server = servers[exchange.place]
        world.record("\(exchange.label): \(server.name) \(reason.text)")
        return .unavailable(
            tier: server.name, reason: reason, outcomeUnknown: exchange.wasSent && !exchange.isRead)
    }
}
