internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import TierHTTP

/// The clients of one event loop, which sends their requests and counts the responses. Used only on its loop.
final class LoadLoop {
    /// How often deadlines are checked within the time limit of a response.
    private static let sweepsInTimeout: UInt64 = 50
    /// How long a client waits after it could not connect.
    private static let reconnectWait = TimeAmount.milliseconds(10)
    /// Open loop: how long nobody looks what is due while all clients are busy. Whoever is answered does it anyway,
    /// and a timer for each due request took a sixth of the generator's time.
    private static let busyTickNanos: UInt64 = 1_000_000

    private let eventLoop: any EventLoop
    private let plan: LoadPlan
    private let popularity: ItemPopularity
    private let searchTargets: [String]
    private let keyPrefix: String
    private let progress: LoadProgress
    private let finished: EventLoopPromise<LoadTally>
    private var connections: [LoadConnection] = []
    /// One of the two paces is set. Not an enumeration: changing its payload in place would copy the queue.
    private var closed: ClosedPace?
    private var open: OpenPace?
    private var tally = LoadTally()
    private var random: FastRandom
    private var keyCount = 0
    /// Open loop: clients without a request, the most recently used last.
    private var idle: [LoadConnection] = []
    private var nextTick: Scheduled<Void>?
    private var busyCount = 0
    private var isFinished = false
    private var lastGood: UInt64 = 0
    private var lastFailure: LoadFault?
    private var began: UInt64 = 0
    private var beganProcessor: UInt64 = 0

    init(
        eventLoop: any EventLoop, plan: LoadPlan, target: LoadTarget, index: Int, of loopCount: Int,
        progress: LoadProgress
    ) {
        self.eventLoop = eventLoop
        self.plan = plan
        self.progress = progress
        popularity = target.popularity
        searchTargets = target.topics.map { "/search?topic=" + RequestTarget.encode($0) }
        // The same keys as another run or loop would repeat its purchases.
        keyPrefix = "bench-\(target.runName)-\(index)-"
        random = FastRandom(seed: UInt64(index) &+ 1)
        finished = eventLoop.makePromise(of: LoadTally.self)
        switch plan.pace {
        case .samples(let samples):
            closed = ClosedPace(warmupCount: plan.warmupCount, limit: .samples(samples))
        case .seconds(let seconds):
            closed = ClosedPace(warmupCount: plan.warmupCount, limit: .nanos(UInt64(seconds * 1e9)))
        case .untilSoldOut:
            closed = ClosedPace(warmupCount: 0, limit: .samples(.max))
        case .rate(let rate, let seconds):
            open = OpenPace(
                rate: rate, offset: Double(index) / Double(loopCount), warmupCount: plan.warmupCount,
                measuredCount: Int(rate * seconds), waitingCountMax: plan.waitingCountMax,
                waitNanosMax: plan.timeoutNanos)
        }
        let connectTimeMax = TimeAmount.nanoseconds(Int64(plan.timeoutNanos))
        connections = (0..<plan.clientCount).map { number in
            LoadConnection(
                index: number, address: target.address, hostField: target.hostField, eventLoop: eventLoop,
                connectTimeMax: connectTimeMax)
        }
    }

    /// Starts the clients. The future returns the tally, also of a stopped run. It fails with ``LoadFault``
    /// when the frontend is lost.
    func start() -> EventLoopFuture<LoadTally> {
        began = NIODeadline.now().uptimeNanoseconds
        lastGood = began
        beganProcessor = Processor.threadNanos
        for connection in connections {
            connection.ended = { [unowned self] in self.ended($0, $1, $2) }
        }
        if open == nil {
            for connection in connections { next(connection) }
        } else {
            open?.begin(now: began)
            idle = connections.reversed()
            tick()
        }
        scheduleSweep()
        endIfDone()
        return finished.futureResult
    }

    /// Ends the run immediately. Requests in flight do not count.
    func stop() {
        guard !isFinished else { return }
        tally.isInterrupted = true
        finish(nil)
    }

    // MARK: Sending

    /// Gives a free client its next request, if there is one.
    private func next(_ connection: LoadConnection) {
        guard !isFinished else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        open?.advance(now: now)
        if let ticket = open?.next(now: now) ?? closed?.next(now: now) {
            send(ticket, on: connection, now: now)
        } else if open != nil {
            idle.append(connection)
            if idle.count == 1 { scheduleTick(now: now) }
        }
    }

    private func send(_ ticket: Ticket, on connection: LoadConnection, now: UInt64) {
        busyCount += 1
        if ticket.isMeasured { tally.measuredSince = min(tally.measuredSince, ticket.intended) }
        let operation = plan.mix.pick(using: &random)
        let deadline = now + plan.timeoutNanos
        switch operation {
        case .search:
            let target = searchTargets[Int.random(in: 0..<searchTargets.count, using: &random)]
            connection.send(
                .init(
                    ticket: ticket, operation: .search, method: .get, target: target, key: nil,
                    deadline: deadline))
        case .lookup:
            let target = "/lookup?item_number=\(popularity.pick(using: &random))"
            connection.send(
                .init(
                    ticket: ticket, operation: .lookup, method: .get, target: target, key: nil,
                    deadline: deadline))
        case .buy:
            keyCount += 1
            let target = "/buy?item_number=\(popularity.pick(using: &random))"
            connection.send(
                .init(
                    ticket: ticket, operation: .buy, method: .post, target: target,
                    key: keyPrefix + String(keyCount), deadline: deadline))
        }
    }

    /// Open loop: sends the due requests by free clients, and schedules itself for the next due one.
    private func tick() {
        guard !isFinished else { return }
        let now = NIODeadline.now().uptimeNanoseconds
        open?.advance(now: now)
        while let connection = idle.last, let ticket = open?.next(now: now) {
            idle.removeLast()
            send(ticket, on: connection, now: now)
        }
        endIfDone()
        scheduleTick(now: now)
    }

    private func scheduleTick(now: UInt64) {
        nextTick?.cancel()
        guard !isFinished, let due = open?.nextDue else { return }
        let time = idle.isEmpty ? max(due, now + Self.busyTickNanos) : due
        nextTick = eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(time)) {
            self.tick()
        }
    }

    // MARK: Answers

    private func ended(
        _ connection: LoadConnection, _ request: LoadConnection.Pending,
        _ result: Result<ResponseReader.Answer, LoadFault>
    ) {
        guard !isFinished else { return }
        busyCount -= 1
        let now = NIODeadline.now().uptimeNanoseconds
        var isSoldOut = false
        var mustWait = false
        switch result {
        case .success(let answer):
            let verdict = AnswerCheck.verdict(request.operation, status: answer.status, body: answer.body)
            isSoldOut = verdict == .soldOut
            record(verdict, answer, to: request, now: now)
        case .failure(let failure):
            lastFailure = failure
            if case .unreachable = failure { mustWait = true }
            if case .nonsense(let what) = failure, tally.nonsense == nil { tally.nonsense = what }
            if request.ticket.isMeasured { tally.record(request.operation, failure, at: now) }
        }
        closed?.done(request.ticket)
        if request.ticket.isMeasured { progress.add(1) }
        if isSoldOut, plan.pace == .untilSoldOut { return endIfDone() }
        if mustWait {
            busyCount += 1
            eventLoop.assumeIsolated().scheduleTask(in: Self.reconnectWait) {
                self.busyCount -= 1
                self.next(connection)
                self.endIfDone()
            }
        } else {
            next(connection)
            endIfDone()
        }
    }

    private func record(
        _ verdict: AnswerVerdict, _ answer: ResponseReader.Answer, to request: LoadConnection.Pending,
        now: UInt64
    ) {
        switch verdict {
        case .good, .soldOut: lastGood = now
        case .refused, .status:
            // Any response counts for a run with its own end. A sale ends only if copies are sold.
            if plan.pace != .untilSoldOut { lastGood = now }
            lastFailure = .status(answer.status)
        case .nonsense:
            let excerpt = AnswerCheck.excerpt(answer.body)
            lastFailure = .nonsense(excerpt)
            if tally.nonsense == nil { tally.nonsense = excerpt }
        }
        guard request.ticket.isMeasured else { return }
        tally.record(request.operation, verdict, nanos: now - min(now, request.ticket.intended), at: now)
        guard verdict == .good || verdict == .soldOut else { return }
        answer.serverTiming?.withUnsafeReadableBytes { field in
            ServerTiming.read(field) { name, nanos in
                tally.operations[request.operation.index].recordTier(name, nanos: nanos)
            }
        }
    }

    // MARK: The end

    private func scheduleSweep() {
        let interval = TimeAmount.nanoseconds(Int64(plan.timeoutNanos / Self.sweepsInTimeout))
        eventLoop.assumeIsolated().scheduleTask(in: interval) {
            guard !self.isFinished else { return }
            let now = NIODeadline.now().uptimeNanoseconds
            for connection in self.connections {
                if let pending = connection.pending, pending.deadline <= now { connection.fail(.timedOut) }
            }
            if let failure = self.lastFailure, now - self.lastGood > self.plan.patienceNanos {
                return self.finish(failure)
            }
            self.scheduleSweep()
        }
    }

    private func endIfDone() {
        guard !isFinished, busyCount == 0 else { return }
        if open?.isExhausted ?? true { finish(nil) }
    }

    private func finish(_ failure: LoadFault?) {
        guard !isFinished else { return }
        isFinished = true
        for connection in connections { connection.close() }
        let elapsed = NIODeadline.now().uptimeNanoseconds - began
        if elapsed > 0 {
            tally.loopShare = Double(Processor.threadNanos - beganProcessor) / Double(elapsed)
            tally.busiestLoopShare = tally.loopShare
        }
        if let open {
            tally.notSentCount = open.notSentCount
            tally.lateCount = open.lateCount
        }
        if let failure { finished.fail(failure) } else { finished.succeed(tally) }
    }
}

/// Processor time.
enum Processor {
    /// The processor time of the calling thread, in nanoseconds.
    static var threadNanos: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
