package import Model
package import Monitoring
package import NIOCore
package import NIOHTTP1

/// A complete request as a route sees it.
package struct TierRequest: Sendable {
    package let method: HTTPMethod
    /// The path and query.
    package let target: RequestTarget
    /// The header fields.
    package let headers: HTTPHeaders
    /// The value of `Idempotency-Key` where it did not come as a header field, but in a batch.
    private let keyField: String?
    /// The body, at most ``ServerLimits/bodyBytesMax`` bytes.
    package let body: ByteBuffer
    /// The event loop on which the request arrived and must be answered.
    package let slot: LoopSlot
    /// The trace that the request belongs to: the client's, or a new one.
    package let trace: TraceContext
    /// When the request was complete.
    package let arrived: NIODeadline
    /// Where the calls that it makes to other tiers note their times.
    package let times: CallTimes
    /// The client, for work that is worth nothing when it has left; nil where that is not known.
    package let client: ClientPresence?
    /// The key of a purchase, its own or one made for it; nil on routes that sell nothing.
    var key: IdempotencyKey?
    /// The session of the keeper who makes it, once it is known to be open; nil for a request without one.
    package var keeper: KeeperSession? {
        get { admission?.session }
        set { admission = newValue.map(Admission.init) }
    }

    /// A class, since requests are copied often, and hardly any of them has one.
    private final class Admission: Sendable {
        let session: KeeperSession

        init(_ session: KeeperSession) { self.session = session }
    }

    private var admission: Admission?

    package init(
        method: HTTPMethod, target: RequestTarget, headers: HTTPHeaders = [:],
        body: ByteBuffer = ByteBuffer(), keyField: String? = nil,
        slot: LoopSlot, trace: TraceContext, arrived: NIODeadline = .now(),
        times: CallTimes = CallTimes(), client: ClientPresence? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.keyField = keyField
        self.slot = slot
        self.trace = trace
        self.arrived = arrived
        self.times = times
        self.client = client
    }

    /// The idempotency key; nil when the client sent none.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` when it is malformed or sent twice.
    package func idempotencyKey() throws(StoreError) -> IdempotencyKey? {
        if let keyField { return try Self.idempotencyKey(parsing: keyField) }
        return try Self.idempotencyKey(in: headers)
    }

    /// What opens the session of the keeper who makes the request; nil when it shows none.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` when it is malformed or sent twice.
    package func session() throws(StoreError) -> SessionSecret? {
        let fields = headers[SessionSecret.field]
        guard let field = fields.first else { return nil }
        guard fields.count == 1, let secret = SessionSecret(parsing: field) else {
            throw .invalid("\(SessionSecret.field) is not one session, as /sign_in answers it")
        }
        return secret
    }

    /// The key of a purchase: the client's, or one that every answer to it names.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` when the client's is malformed or sent twice.
    package func purchaseKey() throws(StoreError) -> IdempotencyKey {
        if let key { return key }
        return try idempotencyKey() ?? .random()
    }

    static func purchaseKey(in headers: HTTPHeaders) throws(StoreError) -> IdempotencyKey {
        try idempotencyKey(in: headers) ?? .random()
    }

    static func idempotencyKey(in headers: HTTPHeaders) throws(StoreError) -> IdempotencyKey? {
        let fields = headers["idempotency-key"]
        guard let field = fields.first else { return nil }
        guard fields.count == 1 else { throw .invalid("Idempotency-Key is given twice") }
        return try idempotencyKey(parsing: field)
    }

    private static func idempotencyKey(parsing field: String) throws(StoreError) -> IdempotencyKey {
        guard let key = IdempotencyKey(parsing: field) else {
            throw .invalid(
                "Idempotency-Key is not 1 to \(IdempotencyKey.byteCountMax) visible ASCII characters, bare or quoted"
            )
        }
        return key
    }
}
