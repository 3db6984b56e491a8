internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// Several short requests in one `POST /batch`, between our own tiers: what they say on the wire.
///
/// A hop costs a fixed sum for each HTTP message, ten times what the request in it costs. So what is asked in
/// one tick of an event loop travels together. Any other peer, and a request that is alone, gets the plain
/// form; a peer that does not know the batch says so by a 404 and gets the plain form from then on.
///
/// The request has a line an entry, `METHOD target traceparent` and the idempotency key where there is one,
/// with blanks between. The answer has for each entry, in their order, a line of the status, the length of
/// the body and the names and values of its fields, with tabs between, and then the body.
enum BatchWire {
    /// The one segment of the path.
    static let routeName = "batch"
    /// Entries that a server takes in one batch.
    static let entryCountMax = 256
    /// Entries after which a batch leaves before the tick ends: enough to make the cost of a message and of the wake-ups
    /// behind it small (with 32 a sale took a tenth more processor time), few enough for the tier behind to work on them
    /// while this one gathers the next.
    static let gatheredCountMax = 64
    /// Bytes of an entry's answer, and with ``entryCountMax`` of all that a batch answers: 16 MiB. A longer one is a
    /// 413 in its place, and must be asked for alone.
    static let answerBytesMax = 64 * 1024
    /// Bytes of a request's body, within ``ServerLimits/bodyBytesMax``.
    static let bodyBytesMax = 48 * 1024
    /// The media type of both directions.
    static let contentType = TierResponse.ContentType.batch.rawValue

    /// What an entry gets whose answer is too long for a batch. Nothing else in a batch is answered 413.
    static let tooLong = Problem(
        .payloadTooLarge, "the answer is too long to share a message; ask for it alone")

    /// One request of a batch.
    struct Entry {
        let line: RequestLine
        let trace: TraceContext
        let key: String?
    }

    /// One answer of a batch.
    struct Answer {
        let status: HTTPResponseStatus
        let fields: AnswerFields
        let body: ByteBuffer
    }

    private static let blank = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    private static let lineFeed = UInt8(ascii: "\n")

    /// Appends a call's line.
    static func write(_ exchange: Exchange, trace: TraceContext, to buffer: inout ByteBuffer) {
        buffer.writeString(exchange.method.rawValue)
        buffer.writeInteger(blank)
        buffer.writeString(exchange.call.target)
        buffer.writeInteger(blank)
        trace.write(to: &buffer)
        if let key = exchange.call.key {
            buffer.writeInteger(blank)
            buffer.writeString(key)
        }
        buffer.writeInteger(lineFeed)
    }

    /// The entries of a request's body; nil when it is empty, malformed or has too many.
    static func entries(in body: ByteBuffer) -> [Entry]? {
        var entries: [Entry] = []
        let isWhole = body.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                guard entries.count < entryCountMax, let line = takeText(from: &rest, upTo: lineFeed),
                    let entry = entry(UnsafeRawBufferPointer(rebasing: line)[...])
                else { return false }
                entries.append(entry)
            }
            return true
        }
        return isWhole && !entries.isEmpty ? entries : nil
    }

    private static func entry(_ line: Slice<UnsafeRawBufferPointer>) -> Entry? {
        var rest = line
        // The rules of a request line, which the parser of HTTP holds elsewhere: what is read here reaches logs.
        guard let method = takeText(from: &rest, upTo: blank), isToken(method),
            let uri = takeText(from: &rest, upTo: blank), uri.first == UInt8(ascii: "/"), isVisible(uri)
        else { return nil }
        let end = rest.firstIndex(of: blank)
        let key = end.map { rest[($0 + 1)...] }
        let traceText = UnsafeRawBufferPointer(rebasing: rest[..<(end ?? rest.endIndex)])
        guard let trace = TraceContext(parsing: traceText), key.map(isVisible) != false else { return nil }
        let known: HTTPMethod? = method.elementsEqual(get) ? .GET : method.elementsEqual(post) ? .POST : nil
        return Entry(
            line: RequestLine(
                method: known ?? HTTPMethod(rawValue: String(decoding: method, as: UTF8.self)),
                uri: String(decoding: uri, as: UTF8.self)), trace: trace,
            key: key.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Whether the bytes are visible ASCII, blanks not included.
    private static func isVisible(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        text.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Whether the bytes are a method's name: a token of RFC 9110, no longer than any method.
    private static func isToken(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        (1...methodBytesMax).contains(text.count)
            && text.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || tokenMarks.contains($0)
            }
    }

    /// Bytes of the longest registered method, UPDATEREDIRECTREF, and some more.
    private static let methodBytesMax = 24
    private static let tokenMarks = Array("!#$%&'*+-.^_`|~".utf8)
    private static let get = Array("GET".utf8)
    private static let post = Array("POST".utf8)

    /// The field that says for how many nanoseconds an answer waited for the others of its batch.
    static let heldField = "held"
    /// Less is not worth a field.
    private static let heldTimeMin = TimeAmount.microseconds(20)

    /// Appends an entry's answer.
    ///
    /// - Parameter held: how long it waited for the others of its batch.
    static func write(
        _ response: TierResponse, times: CallTimes, held: TimeAmount, to buffer: inout ByteBuffer
    ) {
        buffer.writeString(String(response.status.code))
        buffer.writeInteger(tab)
        buffer.writeString(String(response.body.readableBytes))
        for (name, value) in response.fields {
            buffer.writeInteger(tab)
            buffer.writeString(name)
            buffer.writeInteger(tab)
            buffer.writeString(value)
        }
        if let key = response.key {
            buffer.writeStaticString("\tidempotency-key\t")
            buffer.writeString(key.field)
        }
        if !times.isEmpty {
            buffer.writeStaticString("\tserver-timing\t")
            times.writeCalls(to: &buffer)
        }
        if held >= heldTimeMin {
            buffer.writeInteger(tab)
            buffer.writeString(heldField)
            buffer.writeInteger(tab)
            buffer.writeString(String(held.nanoseconds))
        }
        buffer.writeInteger(lineFeed)
        buffer.writeImmutableBuffer(response.body)
    }

    /// The `count` answers in a body; nil when there are not as many or it is malformed.
    static func answers(in body: ByteBuffer, count: Int) -> [Answer]? {
        var answers: [Answer] = []
        answers.reserveCapacity(count)
        let isWhole = body.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                guard answers.count < count, var line = takeText(from: &rest, upTo: lineFeed),
                    let code = takeNumber(from: &line), (100...599).contains(code),
                    let length = takeNumber(from: &line), length <= rest.count,
                    let fieldBytes = body.getSlice(
                        at: body.readerIndex + line.startIndex, length: line.count),
                    let fields = AnswerFields(line: fieldBytes),
                    let body = body.getSlice(at: body.readerIndex + rest.startIndex, length: length)
                else { return false }
                let status = code == 200 ? HTTPResponseStatus.ok : HTTPResponseStatus(statusCode: code)
                answers.append(Answer(status: status, fields: fields, body: body))
                rest = rest.dropFirst(length)
            }
            return true
        }
        return isWhole && answers.count == count ? answers : nil
    }

    // MARK: Reading

    /// Takes the bytes before the next `end`, and that byte; nil when it does not come.
    private static func takeText(
        from rest: inout Slice<UnsafeRawBufferPointer>, upTo end: UInt8
    ) -> Slice<UnsafeRawBufferPointer>? {
        guard let index = rest.firstIndex(of: end) else { return nil }
        defer { rest = rest[(index + 1)...] }
        return rest[..<index]
    }

    /// Takes up to nine digits, and the tab behind them if there is one.
    private static func takeNumber(from line: inout Slice<UnsafeRawBufferPointer>) -> Int? {
        var value = 0
        var index = line.startIndex
        while index < line.endIndex, line[index] != tab {
            guard line[index] >= 0x30, line[index] <= 0x39, index - line.startIndex < 9 else { return nil }
            value = value * 10 + Int(line[index] - 0x30)
            index += 1
        }
        guard index > line.startIndex else { return nil }
        line = line[min(index + 1, line.endIndex)...]
        return value
    }
}
