internal import NIOCore

/// Whether one server of a tier is given calls, as one event loop judges it. A pure state machine: the time is an
/// argument.
///
/// A server that fails is out: it gets probes only. A probe that it answers well lets it return, with a share of its
/// calls that grows, so that a server with cold caches is not run over.
struct ServerHealth {
    /// Why a server is out, in words that follow "it".
    enum Fault: String {
        case unreachable = "was out of reach"
        case silent = "did not answer"
        case unavailable = "could not do its part"
    }

    /// Answers in a row that say that the server cannot do its part, after which it is out. Reads and changes count
    /// apart: it may be able to do one of them.
    static let faultCountMax = 3
    /// How long a server stays out at least, and how far its probes are apart.
    static let probeInterval = TimeAmount.milliseconds(500)
    /// A server that fails again soon after its return waits twice as long each time, up to this: with the next
    /// probe it is back within 5 s.
    static let outTimeMax = TimeAmount.seconds(4)
    /// How long a server must have been back for its past to be forgotten.
    static let steadyTime = TimeAmount.seconds(10)
    /// How long the share of a server that returns takes to become all.
    static let returnTime = TimeAmount.seconds(2)
    /// The whole of a ``share(at:)``.
    static let wholeShare: UInt64 = 1 << 16

    private enum State {
        case well
        case out(Fault, since: NIODeadline)
        case returning(since: NIODeadline)
    }

    private var state = State.well
    private var faultCounts = (reads: 0, changes: 0)
    private var returned: NIODeadline?
    private var outTime = TimeAmount.zero
    private var probeTime = NIODeadline.distantFuture
    private var isProbing = false

    /// Why it is out; nil where it is not.
    var fault: Fault? {
        if case .out(let fault, _) = state { fault } else { nil }
    }

    var isOut: Bool { fault != nil }

    /// The part of its calls that it is given, of ``wholeShare``.
    func share(at now: NIODeadline) -> UInt64 {
        switch state {
        case .well: return Self.wholeShare
        case .out: return 0
        case .returning(let since):
            let passed = UInt64(max(0, (now - since).nanoseconds))
            let growth = passed * Self.wholeShare / UInt64(Self.returnTime.nanoseconds)
            return min(Self.wholeShare, Self.wholeShare / 16 + growth)
        }
    }

    // MARK: What happens

    /// It has answered a call.
    ///
    /// - Parameters:
    ///   - isFault: whether it could not do its part.
    ///   - sent: when it was asked. A good answer to what it was asked since it is out shows that it is back.
    mutating func answered(isFault: Bool, isRead: Bool, sent: NIODeadline, at now: NIODeadline) {
        guard isFault else {
            if isRead { faultCounts.reads = 0 } else { faultCounts.changes = 0 }
            if case .out(_, let since) = state, sent > since { comeBack(at: now) }
            return
        }
        if isRead { faultCounts.reads += 1 } else { faultCounts.changes += 1 }
        if max(faultCounts.reads, faultCounts.changes) >= Self.faultCountMax { leave(.unavailable, at: now) }
    }

    /// It fails.
    mutating func leave(_ fault: Fault, at now: NIODeadline) {
        guard !isOut else { return }
        let isSteady = returned.map { now - $0 >= Self.steadyTime } ?? true
        outTime =
            isSteady ? Self.probeInterval : min(.nanoseconds(outTime.nanoseconds * 2), Self.outTimeMax)
        state = .out(fault, since: now)
        probeTime = now + outTime
        isProbing = false
    }

    private mutating func comeBack(at now: NIODeadline) {
        state = .returning(since: now)
        returned = now
        faultCounts = (0, 0)
    }

    // MARK: Probes

    /// When it is to be probed next; nil where it is not, or is being probed.
    var nextProbe: NIODeadline? { isOut && !isProbing ? probeTime : nil }

    /// A probe is on its way.
    mutating func beginProbe() { isProbing = true }

    /// The probe has ended.
    mutating func probed(isReady: Bool, at now: NIODeadline) {
        isProbing = false
        guard isOut else { return }
        if isReady { comeBack(at: now) } else { probeTime = now + Self.probeInterval }
    }
}
