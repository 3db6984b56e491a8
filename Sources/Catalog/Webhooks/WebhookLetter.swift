internal import Crypto
internal import Model
internal import NIOCore
internal import StoreAPI

/// What is sent to a webhook in one request: the events of one or more movements, none of which is parted.
struct WebhookLetter {
    let body: ByteBuffer
    /// The webhook has all through this movement when it has the letter.
    let through: Int64
    /// The last movement of which it tells.
    let last: Int64
    let movementCount: Int
    let eventCount: Int

    /// A letter of the events of a page that are of some kinds; nil where there are none.
    ///
    /// - Parameter byteCountMax: a letter of so many bytes gets no further movement.
    init?(_ page: EventsPage, kinds: [StoreEvent.Kind], byteCountMax: Int) {
        var json = ByteBuffer(string: #"{"result":["#)
        var through = page.next
        var last: Int64 = 0
        var (movementCount, eventCount) = (0, 0)
        for event in page.events where kinds.contains(event.kind) {
            if event.sequence != last {
                guard json.readableBytes <= byteCountMax else {
                    through = last
                    break
                }
                movementCount += 1
                last = event.sequence
            }
            if eventCount > 0 { json.writeStaticString(",") }
            event.write(to: &json)
            eventCount += 1
        }
        guard eventCount > 0 else { return nil }
        json.writeStaticString("]}")
        body = json
        self.through = through
        self.last = last
        self.movementCount = movementCount
        self.eventCount = eventCount
    }

    /// The fields that say which letter it is, when it was sent, and that nobody else has written it.
    func fields(_ secret: WebhookSecret, at time: Timestamp) -> [(name: String, value: String)] {
        let seconds = String(time.millis / 1_000)
        return [
            ("bookstore-event", String(last)), ("bookstore-timestamp", seconds),
            ("bookstore-signature", "sha256=" + Self.signature(of: body, secret, seconds: seconds)),
        ]
    }

    /// HMAC-SHA-256 (RFC 2104) over timestamp, point and body.
    static func signature(of body: ByteBuffer, _ secret: WebhookSecret, seconds: String) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Array(secret.text.utf8)))
        code.update(data: Array((seconds + ".").utf8))
        code.update(data: Array(body.readableBytesView))
        return Hex.text(code.finalize())
    }
}
