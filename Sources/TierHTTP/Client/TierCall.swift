package import Model
package import Monitoring
package import NIOCore
package import NIOHTTP1

/// One request to a tier behind.
package struct TierCall: Sendable {
    /// When a request may be sent again although the first copy may have been carried out.
    package enum Repetition: Sendable {
        /// At any time: it reads, or its idempotency key is part of the contract.
        case always
        /// Only to a peer that keeps the keys of this kind of request, as our own tiers do.
        case ifPeerKeepsKeys
        /// Not at all: a second copy would be a second change.
        case never
    }

    /// What a request brings beside its target.
    package struct Body: Sendable {
        /// The media type, such as `application/json`.
        package let contentType: String
        package let bytes: ByteBuffer

        package init(_ contentType: String, _ bytes: ByteBuffer) {
            self.contentType = contentType
            self.bytes = bytes
        }
    }

    /// What is told the end of a call, once and on the loop that made it.
    package typealias Ended = @Sendable (Result<TierAnswer, any Error>) -> Void

    package var method: HTTPMethod
    /// The request target, encoded.
    package var target: String
    /// Its idempotency key's field value, if it carries one.
    package var key: String?
    /// The session of the keeper for whom it is made, if it carries one.
    package var session: SessionSecret?
    /// Its body, if it has one.
    package var body: Body?
    /// What it is about, as a number: of several servers, calls about the same go to the same one first, whoever
    /// makes them. Nil: any server.
    package var affinity: UInt64?
    /// Whether a second copy does harm.
    package var repetition: Repetition
    /// When the answer must be there.
    package var deadline: NIODeadline
    /// The caller's trace.
    package var trace: TraceContext
    /// What the monitor counts it as.
    package var operation: SystemMonitor.Operation
    /// Where its time is noted; nil where no answer to a client waits for it.
    package var times: CallTimes?
    /// Its name there, such as `catalog-query`.
    package var entry: String
    /// Whether it may travel in one message with others: its answer is short and soon there.
    package var mayBatch: Bool
    /// Which connections it travels on.
    package var lane: Lane
    /// Whether nobody waits for it alone, so that it may travel and be answered with changes, though it reads. The time
    /// for which its answer waits for theirs is not counted as its own.
    package var goesWithChanges = false
    /// For whom it is made, where it is worth nothing without them: it ends when they leave.
    package var client: ClientPresence?

    package init(
        _ method: HTTPMethod, _ target: String, key: String? = nil, session: SessionSecret? = nil,
        body: Body? = nil, affinity: UInt64? = nil, repetition: Repetition = .always, deadline: NIODeadline,
        trace: TraceContext,
        operation: SystemMonitor.Operation, times: CallTimes? = nil, entry: String = "",
        mayBatch: Bool = false, lane: Lane = .quick, client: ClientPresence? = nil
    ) {
        self.method = method
        self.target = target
        self.key = key
        self.session = session
        self.body = body
        self.affinity = affinity
        self.repetition = repetition
        self.deadline = deadline
        self.trace = trace
        self.operation = operation
        self.times = times
        self.entry = entry
        self.mayBatch = mayBatch
        self.lane = lane
        self.client = client
    }
}
