internal import Model
internal import Monitoring
internal import NIOCore
internal import Processes
internal import Synchronization
internal import TierHTTP

/// One run of a load plan over the event loops.
struct LoadRun {
    let plan: LoadPlan
    let target: LoadTarget
    let loops: TierLoops
    let stop: StopFlag
    /// Receives the number of ended measured requests from time to time.
    let report: (Int) -> Void

    private static let reportInterval = Duration.milliseconds(100)

    /// Carries out the run.
    ///
    /// - Throws: ``BenchFault`` when the frontend is lost or stalls.
    func run() async throws -> LoadTally {
        let progress = LoadProgress()
        let count = min(plan.threadCount, plan.clientCount, loops.slots.count)
        var running: [(any EventLoop, NIOLoopBound<LoadLoop>, EventLoopFuture<LoadTally>)] = []
        for (index, slot) in loops.slots.prefix(count).enumerated() {
            let part = plan.part(index, of: count)
            let loop = try await slot.eventLoop.submit { [target] in
                NIOLoopBound(
                    LoadLoop(
                        eventLoop: slot.eventLoop, plan: part, target: target, index: index, of: count,
                        progress: progress), eventLoop: slot.eventLoop)
            }.get()
            running.append((slot.eventLoop, loop, slot.eventLoop.flatSubmit { loop.value.start() }))
        }
        stop.whenSet { [running] in
            for (eventLoop, loop, _) in running { eventLoop.execute { loop.value.stop() } }
        }
        defer { stop.whenSet(nil) }
        // A loop that loses the frontend ends all: the others would fail for the same reason.
        for (_, _, future) in running {
            future.whenFailure { [running] _ in
                for (eventLoop, loop, _) in running { eventLoop.execute { loop.value.stop() } }
            }
        }
        let all = EventLoopFuture.whenAllComplete(running.map(\.2), on: running[0].0)
        let isDone = Atomic<Bool>(false)
        all.whenComplete { _ in isDone.store(true, ordering: .releasing) }
        while !isDone.load(ordering: .acquiring) {
            report(progress.count)
            try await Task.sleep(for: Self.reportInterval)
        }
        var tally = LoadTally()
        for result in try await all.get() {
            do {
                tally.add(try result.get())
            } catch let failure as LoadFault {
                throw fault(failure)
            }
        }
        report(progress.count)
        return tally
    }

    private func fault(_ failure: LoadFault) -> BenchFault {
        let after = Figure.seconds(plan.timeoutSeconds * 2)
        let name = "the frontend at \(target.hostField)"
        switch failure {
        case .unreachable(let reason):
            return .unreachable("\(name) is out of reach, for \(after) now: \(reason)")
        case .timedOut:
            return .failed(
                "\(name) stalls: no answer within \(Figure.seconds(plan.timeoutSeconds)), for \(after) now")
        case .connectionLost:
            return .failed("\(name) breaks every connection before it answers, for \(after) now")
        case .nonsense(let what): return .failed("\(name) answers nonsense: \(what)")
        case .status(let status): return .failed("\(name) answered nothing but status \(status) for \(after)")
        }
    }
}
