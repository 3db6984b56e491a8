internal import ArgumentParser
internal import Foundation
internal import Logging
internal import Model
internal import Monitoring
internal import Storage
internal import TierHTTP

/// What every server's process is made of, a tier's or the web shop's: settings, logger, event loops, monitor;
/// and its life from start to stop.
struct TierProcess {
    /// A running tier.
    struct Running {
        let address: ServerAddress
        let reopenLogs: () throws -> Void
        /// Stops serving and closes what is behind, in that order.
        let shutdown: () async throws -> Void
    }

    private enum Event {
        case stop
        case reopenLogs
        case broken(any Error)
    }

    let name: String
    let settings: Settings
    let servers: ServerConfig
    let address: ServerAddress
    /// What requests must show that change or list things; nil where the store has no token.
    let token: BearerToken?
    /// The hosts that requests may be for: without a token only those that no other site's name can be.
    let hosts: AnsweredHosts
    let loops: TierLoops
    let monitor: SystemMonitor
    let logger: Logger
    /// 0 for a loop for every two cores.
    static let loopCounts = 0...256
    private let isSupervised: Bool
    /// Whether `up` waits for a report.
    private let isChildOfUp: Bool
    /// Whether it was said already that the database is away.
    private let isAgain: Bool
    private let events: AsyncStream<Event>
    private let eventSink: AsyncStream<Event>.Continuation

    init(_ tier: Tier, settings: Settings, options: TierOptions) throws {
        try self.init(named: tier.rawValue, settings: settings, options: options) { servers, index in
            try servers.address(of: tier, index: index, path: settings.text(.config))
        }
    }

    /// The process of a web shop.
    init(storefront settings: Settings, options: TierOptions) throws {
        try self.init(named: ServerConfig.storefrontType, settings: settings, options: options) {
            try $0.storefront(index: $1, path: settings.text(.config))
        }
    }

    /// - Parameter line: where the config file says that the server with an index listens.
    private init(
        named name: String, settings: Settings, options: TierOptions,
        line: (ServerConfig, Int) throws -> ServerAddress
    ) throws {
        self.name = name
        self.settings = settings
        isChildOfUp = options.childOfUp
        isAgain = options.again
        isSupervised = options.supervised || isChildOfUp
        servers = try settings.servers()
        let line = try line(servers, try settings.number(.index, in: 0...999))
        let bind = settings.text(.bind)
        address = bind.isEmpty ? line : ServerAddress(host: bind, port: line.port)
        token = try settings.token()
        guard token != nil || address.isLoopback else {
            throw FileFault(
                path: bind.isEmpty ? settings.text(.config) : Setting.bind.flag,
                reason: """
                    the \(name) would listen on \(address), where other machines reach it, and the store \
                    has no token; set \(Setting.token.variable), or name a file by \(Setting.tokenFile.flag), the \
                    same for every server (\(BearerToken.byteCounts.lowerBound) visible ASCII characters or \
                    more), or listen on 127.0.0.1
                    """)
        }
        hosts = token == nil ? .loopback(or: line.host) : .any
        logger = try Self.logger(name, settings: settings)
        OpenFiles.raiseLimit()
        // Under `up` it is said once, by that.
        if !isChildOfUp { for warning in SecretFiles.warnings(settings) { logger.warning("\(warning)") } }
        let loopCount = try settings.number(.loops, in: Self.loopCounts)
        loops = loopCount == 0 ? TierLoops() : TierLoops(count: loopCount)
        monitor = SystemMonitor(tier: name, shardCount: loops.slots.count)
        (events, eventSink) = AsyncStream.makeStream(of: Event.self)
    }

    /// A server's logger as the settings want it.
    static func logger(_ label: String, settings: Settings) throws -> Logger {
        let level = try settings.choice(.logLevel, as: Logger.Level.self)
        let format = try settings.choice(.logFormat, as: LogFormat.self)
        return Logger(label: label) { ServerLog(label: $0, level: level, format: format) }
    }

    /// The addresses of a tier that this one needs.
    func addresses(of tier: Tier) throws -> [ServerAddress] {
        guard let addresses = servers.servers[tier], !addresses.isEmpty else {
            throw FileFault(
                path: settings.text(.config),
                reason: "has no \(tier.rawValue) line, which the \(name) needs")
        }
        return addresses
    }

    /// Makes the folder of a setting, keeps others out of it, and gives its path.
    func folder(_ setting: Setting) throws -> String {
        let path = settings.text(setting)
        try Folder.prepare(path, option: setting.flag)
        for warning in PrivateFiles.tighten(in: path) { logger.warning("\(warning)") }
        return path
    }

    /// The path of a log in the output folder.
    ///
    /// - Throws: ``Monitoring/LogFault`` for one that another process writes: what a start mends there would spoil it.
    func logPath(_ name: String) throws -> String {
        let path = try folder(.output) + "/" + name
        try OperationLog.checkUnused(path)
        return path
    }

    /// Keeps other servers out of the data folder of a store whose database is elsewhere; one that is there has a lock
    /// of its own.
    func lockData() throws -> DataLock? {
        guard !settings.text(.store).isEmpty else { return nil }
        return try DataLock(path: try folder(.data) + "/\(name).lock")
    }

    /// Ends the process with status 1: its disk can no longer be trusted, or its server is gone, and a new
    /// start settles what is in doubt.
    var broken: @Sendable (any Error) -> Void {
        { [eventSink] in eventSink.yield(.broken($0)) }
    }

    /// Starts the tier, serves until a signal says stop, and stops it.
    func run(_ start: () async throws -> Running) async throws {
        // Trapped before the start, so that a stop in the middle of a long load is not lost.
        let listening = await StopSignals.listen(
            reload: { [eventSink] in eventSink.yield(.reopenLogs) },
            stop: { [eventSink] in eventSink.yield(.stop) })
        defer { listening.cancel() }
        if isSupervised { stopWhenInputEnds() }
        let running = try await started(start)
        logger.notice("\(name) listens on \(running.address)")
        // An `up` that is gone meanwhile is noticed by the end of the input.
        if isChildOfUp { _ = StandardStream.write(HandedSettings.listening + "\n", to: STDOUT_FILENO) }
        var fault: (any Error)?
        events: for await event in events {
            switch event {
            case .stop: break events
            case .broken(let error):
                fault = error
                break events
            case .reopenLogs:
                do {
                    try running.reopenLogs()
                    logger.notice("\(name) has opened its logs anew")
                } catch {
                    logger.error("cannot open the logs anew: \(error)")
                }
            }
        }
        do {
            try await running.shutdown()
        } catch {
            // On a broken disk the last writes fail as well. The fault itself is what must be reported.
            guard fault != nil else { throw error }
        }
        await loops.shutdown()
        if let fault { throw fault as? WorkFault ?? WorkFault("stopped after a fault of its disk: \(fault)") }
        logger.notice("\(name) has stopped")
    }

    private func started(_ start: () async throws -> Running) async throws -> Running {
        do {
            return try await start()
        } catch {
            guard isAgain, ExitStatus.of(error) == .unreachable else { throw error }
            throw ExitCode(ExitStatus.unreachable.rawValue)
        }
    }

    private func stopWhenInputEnds() {
        let sink = eventSink
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            sink.yield(.stop)
        }
    }
}
