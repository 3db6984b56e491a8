package import NIOCore
internal import NIOHTTP1

/// A client's connection from its first byte to its end: whether requests are taken, how long one may take to
/// arrive, and how the connection closes. The tiers and the web shop share it.
///
/// A pure state machine: events and the time in, decisions out.
package struct ConnectionLife: Sendable {
    package enum Phase: Equatable, Sendable {
        /// Requests are taken.
        case open
        /// A last request was taken or refused; what follows is dropped.
        case ended
        /// All answers are written, but the system has not taken all of their bytes.
        case closing(since: NIODeadline)
        /// All bytes are on their way and the sending side is closed.
        case lingering(since: NIODeadline)
    }

    /// What a check of the times finds.
    package enum Verdict: Sendable {
        case keep
        case refuse(Problem)
        case close
    }

    /// How much of the connection is closed when the last bytes are on their way.
    package enum Ending: Equatable, Sendable {
        case whole
        /// The sending side. Closing all of it while the client still sends would reset the connection and could
        /// destroy the answer before it is read.
        case output
    }

    package struct Limits {
        let idleTimeMax: TimeAmount
        let requestReadTimeMax: TimeAmount
        let lingerTimeMax: TimeAmount

        package init(idleTimeMax: TimeAmount, requestReadTimeMax: TimeAmount, lingerTimeMax: TimeAmount) {
            self.idleTimeMax = idleTimeMax
            self.requestReadTimeMax = requestReadTimeMax
            self.lingerTimeMax = lingerTimeMax
        }
    }

    package private(set) var phase = Phase.open
    /// When the first byte of the request that is arriving came.
    private(set) var arrivalStart: NIODeadline?
    package private(set) var owesContinue = false
    /// When it was last answered, or opened.
    private(set) var idleSince: NIODeadline
    private var isInputClosed = false
    /// Whether a client could still be sending when the connection closes.
    private var lingers = true

    package init(at now: NIODeadline) { idleSince = now }

    package var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    // MARK: Requests

    package mutating func bytesArrive(at now: NIODeadline) {
        if arrivalStart == nil { arrivalStart = now }
    }

    /// The client waits for `100 Continue` before it sends the body.
    package mutating func oweContinue() { owesContinue = true }

    /// Whether to send `100 Continue` now: it must not overtake the answers to earlier requests.
    package mutating func continues(at now: NIODeadline, isAnswered: Bool) -> Bool {
        guard owesContinue, isAnswered else { return false }
        owesContinue = false
        arrivalStart = now
        return true
    }

    /// A request has arrived to its end, or is refused.
    package mutating func endRequest(isLast: Bool) {
        arrivalStart = nil
        owesContinue = false
        if isLast { endRequests() }
    }

    /// No further request is taken.
    package mutating func endRequests() {
        if isOpen { phase = .ended }
    }

    /// The client has sent all it will.
    package mutating func closeInput() {
        isInputClosed = true
        endRequests()
    }

    /// Answers were written.
    package mutating func answer(at now: NIODeadline) { idleSince = now }

    // MARK: The end

    /// Ends a connection that carries no request. A client that has been silent for long is not sending just now
    /// either.
    mutating func drain(at now: NIODeadline, limits: Limits) {
        endRequests()
        lingers = arrivalStart != nil || now - idleSince <= limits.lingerTimeMax
    }

    /// Whether the last bytes are to be written now.
    package mutating func closes(at now: NIODeadline, isAnswered: Bool) -> Bool {
        guard case .ended = phase, isAnswered else { return false }
        phase = .closing(since: now)
        return true
    }

    /// The client begins to take its last bytes only now.
    mutating func delayClosing(to now: NIODeadline) {
        if case .closing = phase { phase = .closing(since: now) }
    }

    /// The system has taken the last bytes. Returns nil where the connection was not closing.
    package mutating func ends(at now: NIODeadline) -> Ending? {
        guard case .closing = phase else { return nil }
        phase = .lingering(since: now)
        return isInputClosed || !lingers ? .whole : .output
    }

    /// Checks how long the connection has been in its phase.
    ///
    /// - Parameters:
    ///   - isBehind: whether it is the server that lets the client wait.
    ///   - isIdle: whether no request is arriving or worked on.
    package mutating func check(
        at now: NIODeadline, isBehind: Bool, isIdle: Bool, limits: Limits
    ) -> Verdict {
        switch phase {
        case .ended, .closing: return .keep
        case .lingering(let since): return now - since > limits.lingerTimeMax ? .close : .keep
        case .open: break
        }
        if isBehind || owesContinue {
            if arrivalStart != nil { arrivalStart = now }
        } else if let arrivalStart, now - arrivalStart > limits.requestReadTimeMax {
            return .refuse(Problem(.requestTimeout, "the request took too long to arrive"))
        } else if arrivalStart == nil, isIdle, now - idleSince > limits.idleTimeMax {
            return .close
        }
        return .keep
    }
}
