/// Where and when the work of an engine runs that must not run on an event loop.
///
/// Servers have threads for it. A simulation says itself when each piece is run, so that a run can be
/// repeated exactly; the code between is the same.
package struct Execution: Sendable {
    /// A kind of work.
    package enum Work: Sendable {
        /// One batch of changes.
        case commit
        /// A read of the disk.
        case read
        /// Another attempt to open a database after a fault.
        case recovery
    }

    /// A moment of a commit at which a simulation may end the tier or let the disk fail.
    package enum Point: String, Sendable {
        /// Inside the transaction, all of it written.
        case beforeCommit
        /// The database has the batch, the log has nothing of it.
        case beforeLog
        /// The log has it too, and no client was answered.
        case beforeAnswer
        /// A start has repaired the log, and has not stored its mark.
        case beforeMark
    }

    /// Runs a piece of work now or later, each once.
    package typealias Schedule = @Sendable (Work, @escaping @Sendable () -> Void) -> Void

    private let schedule: Schedule?
    private let arrive: (@Sendable (Point) throws -> Void)?

    /// Threads of the engine's own: what servers use.
    package static let threads = Execution(schedule: nil, arrive: nil)

    /// Work is handed to `schedule`, and `arrive` is told of every point that a commit comes to; an error
    /// that it throws ends the commit there.
    package static func stepped(
        schedule: @escaping Schedule, arrive: @escaping @Sendable (Point) throws -> Void
    ) -> Execution {
        Execution(schedule: schedule, arrive: arrive)
    }

    private init(schedule: Schedule?, arrive: (@Sendable (Point) throws -> Void)?) {
        self.schedule = schedule
        self.arrive = arrive
    }

    /// Whether the owner decides when work runs.
    package var isStepped: Bool { schedule != nil }

    /// Runs work that has no thread of its own.
    ///
    /// - Parameter onThreads: how a server runs it.
    package func run(
        _ work: Work, _ body: @escaping @Sendable () -> Void,
        onThreads: (@escaping @Sendable () -> Void) -> Void
    ) {
        if let schedule { schedule(work, body) } else { onThreads(body) }
    }

    /// Called by an engine as its commit comes to `point`.
    package func reach(_ point: Point) throws { try arrive?(point) }
}
