internal import Foundation
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import Processes
internal import TierHTTP

/// The tiers of a store as child processes: started in order, each ready before the next; restarted when
/// one dies; stopped in the opposite order.
final class Supervisor {
    /// A server to run.
    struct Job {
        let name: String
        let address: ServerAddress
        let arguments: [String]
        /// What it is handed on its standard input: secrets, and settings that have no option.
        var settings = HandedSettings()
        /// The folder of its log, where it has one.
        var output: String?
    }

    private enum Event: Sendable {
        /// A child listens, and nobody else can on its address.
        case listening(job: Int, pid: Int32)
        case ready
        case exited(job: Int, pid: Int32, status: Int32)
        /// A child whose database was away may be started again.
        case due(job: Int)
        case stop
    }

    /// With this many deaths in ``deathWindow``, starting again helps no more.
    static let deathCountMax = 5
    static let deathWindow = Duration.seconds(60)
    /// How long a tier may take to stop before it is killed.
    static let stopTimeMax = Duration.seconds(12)
    /// How long a tier whose database is away waits before it is started again.
    static let awayPause = Duration.seconds(2)

    private let jobs: [Job]
    private let loops: TierLoops
    private var children: [Int: ChildProcess] = [:]
    private var deaths: [ContinuousClock.Instant] = []
    /// Whether a job was ready, so that the database was there.
    private var wasReady = false
    /// Jobs whose database is away, as was said.
    private var away: Set<Int> = []
    private let events: AsyncStream<Event>
    private let eventSink: AsyncStream<Event>.Continuation
    private var iterator: AsyncStream<Event>.Iterator

    init(jobs: [Job], loops: TierLoops) {
        self.jobs = jobs
        self.loops = loops
        (events, eventSink) = AsyncStream.makeStream(of: Event.self)
        iterator = events.makeAsyncIterator()
    }

    /// Asks ``supervise()`` to stop. From any thread.
    var stop: @Sendable () -> Void { { [eventSink] in eventSink.yield(.stop) } }

    /// Starts every job and waits until it is ready.
    ///
    /// - Returns: false when a stop was asked for meanwhile.
    /// - Throws: ``TierFault`` when a tier ends before it is ready.
    func start() async throws -> Bool {
        for index in jobs.indices {
            try launch(index)
            guard try await waitUntilReady(index) else { return false }
        }
        return true
    }

    /// Restarts tiers that die, until a stop is asked for or too many have died. Those whose database is away are
    /// started again for as long as it takes.
    ///
    /// - Throws: ``WorkFault`` after ``deathCountMax`` deaths within ``deathWindow``.
    func supervise() async throws {
        while let event = await iterator.next() {
            switch event {
            case .stop: return
            case .ready: continue
            case .listening(let index, _): away.remove(index)
            case .due(let index): try launch(index)
            case .exited(let index, let pid, let status):
                guard children[index]?.pid == pid else { continue }
                children[index] = nil
                guard !waitsForDatabase(index, status) else { continue }
                let now = ContinuousClock.now
                deaths = deaths.filter { now - $0 < Self.deathWindow } + [now]
                guard deaths.count < Self.deathCountMax else {
                    throw WorkFault(
                        "\(jobs[index].name) died; \(deaths.count) deaths within a minute, so everything stops"
                    )
                }
                ExitStatus.say("\(jobs[index].name) died (\(Self.text(status))); starting it again")
                try launch(index)
            }
        }
    }

    /// Whether a tier has ended because it cannot reach the database, which was there; it is then due again.
    private func waitsForDatabase(_ index: Int, _ status: Int32) -> Bool {
        guard wasReady, status == ExitStatus.unreachable.rawValue else { return false }
        if away.insert(index).inserted {
            let pause = "\(Self.awayPause.components.seconds) s"
            let name = jobs[index].name
            ExitStatus.say("\(name) is started again every \(pause) until it reaches its database")
        }
        Task { [eventSink] in
            try? await Task.sleep(for: Supervisor.awayPause)
            eventSink.yield(.due(job: index))
        }
        return true
    }

    /// Stops all jobs, the last started first. A tier that does not end in time is killed.
    func shutdown() async {
        for index in jobs.indices.reversed() {
            guard let child = children[index], child.isRunning else { continue }
            child.send(SIGTERM)
            if await !child.hasEnded(within: Self.stopTimeMax) {
                ExitStatus.say("\(jobs[index].name) does not stop; it is killed")
                child.kill()
            }
        }
    }

    /// Settings travel by options and pipes: a secret of one server does not reach the others.
    private func launch(_ index: Int) throws {
        let line = try jobs[index].settings.line()
        let marks = ["--child-of-up"] + (away.contains(index) ? ["--again"] : [])
        var command = ChildProcess.Command(Self.ownPath, jobs[index].arguments + marks)
        command.output = .pipe
        command.leadsGroup = true
        let process = try ChildProcess(command)
        children[index] = process
        // A child that has ended meanwhile is noticed by its end.
        try? process.write(line)
        watch(process, of: index)
    }

    /// Reads what a child says until it ends, on a thread of its own.
    private func watch(_ process: ChildProcess, of index: Int) {
        Thread.detachNewThread { [eventSink] in
            let report = Array((HandedSettings.listening + "\n").utf8)
            var text: [UInt8] = []
            process.readOutput { bytes in
                // Servers say nothing else there.
                text = Array((text + bytes).prefix(report.count + 1))
                if text == report { eventSink.yield(.listening(job: index, pid: process.pid)) }
            }
            let status = process.waitUntilEnd()
            eventSink.yield(.exited(job: index, pid: process.pid, status: status))
        }
    }

    /// Waits until a child says that it listens, then until it answers that it is ready: whoever else may answer
    /// at its address before that is another store.
    private func waitUntilReady(_ index: Int) async throws -> Bool {
        guard try await waitUntilListening(index) else { return false }
        let job = jobs[index]
        let client = try await TierClient(tier: job.name, addresses: [job.address], loops: loops)
        let asking = Task { [eventSink] in
            while !Task.isCancelled {
                let answer = try? await client.ask(.GET, "/readyz", within: .seconds(2))
                if answer?.status == .ok {
                    eventSink.yield(.ready)
                    return
                }
                try? await Task.sleep(for: .milliseconds(30))
            }
        }
        defer { asking.cancel() }
        let isReady = try await wait { if case .ready = $0 { true } else { false } }
        if isReady {
            wasReady = true
            await client.shutdown()
        }
        return isReady
    }

    private func waitUntilListening(_ index: Int) async throws -> Bool {
        try await wait {
            if case .listening(index, let pid) = $0 { children[index]?.pid == pid } else { false }
        }
    }

    /// Waits for an event while children start.
    ///
    /// - Returns: false when a stop was asked for meanwhile.
    /// - Throws: ``TierFault`` when a tier ends meanwhile, unless only its database is away.
    private func wait(for isWanted: (Event) -> Bool) async throws -> Bool {
        while let event = await iterator.next() {
            switch event {
            case .stop: return false
            case .exited(let ended, _, let status):
                children[ended] = nil
                guard waitsForDatabase(ended, status) else {
                    throw TierFault(name: jobs[ended].name, status: status)
                }
            case .due(let index): try launch(index)
            case .listening(let index, _):
                away.remove(index)
                if isWanted(event) { return true }
            case .ready: if isWanted(event) { return true }
            }
        }
        return false
    }

    private static func text(_ status: Int32) -> String {
        status < 0 ? "signal \(-status)" : "status \(status)"
    }

    /// This program's own file, also when it was started by a relative path and the folder has changed.
    static var ownPath: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? Bundle.main.executablePath ?? CommandLine.arguments[0]
    }
}
