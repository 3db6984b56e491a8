internal import NIOCore

/// Parses the head of an HTTP/1 response: status, framing, and the two fields that a report uses.
enum HeadParser {
    private typealias Line = Slice<UnsafeRawBufferPointer>

    private static let magic = Array("HTTP/1.".utf8)

    /// Removes a whole head from the front of `bytes`; nil, with nothing removed, while it is incomplete.
    static func parse(_ bytes: inout ByteBuffer) throws(ResponseReader.FormatFault) -> ResponseReader.Head? {
        let start = bytes.readerIndex
        var head = ResponseReader.Head()
        var length = 0
        let result = bytes.withUnsafeReadableBytes { all -> Result<Bool, ResponseReader.FormatFault> in
            guard all.prefix(magic.count).elementsEqual(magic.prefix(all.count)) else {
                return .failure(notHTTP(all))
            }
            var position = 0
            while let end = all[position...].firstIndex(of: UInt8(ascii: "\n")) {
                let isCarriage = end > position && all[end - 1] == UInt8(ascii: "\r")
                let line = all[position..<(isCarriage ? end - 1 : end)]
                if position == 0 {
                    guard readStatus(line, into: &head) else { return .failure(notHTTP(all)) }
                } else if line.isEmpty {
                    length = end + 1
                    return .success(true)
                } else if let reason = readField(line, into: &head, of: bytes, start: start) {
                    return .failure(ResponseReader.FormatFault(reason: reason))
                }
                position = end + 1
            }
            guard all.count <= ResponseReader.headBytesMax else {
                return .failure(ResponseReader.FormatFault(reason: "a head without an end"))
            }
            return .success(false)
        }
        guard try result.get() else { return nil }
        bytes.moveReaderIndex(forwardBy: length)
        if head.status == 204 || head.status == 304 { head.framing = .length(0) }
        return head
    }

    private static func notHTTP(_ all: UnsafeRawBufferPointer) -> ResponseReader.FormatFault {
        ResponseReader.FormatFault(
            reason: "not HTTP: " + AnswerCheck.excerpt(ByteBuffer(bytes: all.prefix(200))))
    }

    /// `HTTP/1.1 200 OK`.
    private static func readStatus(_ line: Line, into head: inout ResponseReader.Head) -> Bool {
        let at = { (offset: Int) in line[line.startIndex + offset] }
        guard line.count >= 12, at(8) == UInt8(ascii: " "), let code = number(line.dropFirst(9).prefix(3)),
            code >= 100
        else { return false }
        head.status = code
        // HTTP/1.0 ends the connection after the response unless it says otherwise.
        head.isKeptAlive = at(7) != UInt8(ascii: "0")
        return true
    }

    /// Reads one header field.
    ///
    /// - Returns: the error in it; nil when there is none.
    private static func readField(
        _ line: Line, into head: inout ResponseReader.Head, of bytes: ByteBuffer, start: Int
    ) -> String? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            return "a header field without a colon"
        }
        let name = line[..<colon]
        let value = trimmed(line[(colon + 1)...])
        let slice = { bytes.getSlice(at: start + value.startIndex, length: value.count) }
        switch name.count {
        case 6 where isSame(name, "server"): head.server = slice()
        case 10 where isSame(name, "connection"):
            if hasToken(value, "close") { head.isKeptAlive = false }
            if hasToken(value, "keep-alive") { head.isKeptAlive = true }
        case 13 where isSame(name, "server-timing"):
            if var earlier = head.serverTiming {
                earlier.writeString(", ")
                if let more = slice() { earlier.writeImmutableBuffer(more) }
                head.serverTiming = earlier
            } else {
                head.serverTiming = slice()
            }
        case 14 where isSame(name, "content-length"):
            guard let length = number(value), length <= ResponseReader.bodyBytesMax else {
                return "a Content-Length that is no number, or too large"
            }
            if case .length(let other) = head.framing, other != length { return "two lengths" }
            if head.framing != .chunked { head.framing = .length(length) }
        case 17 where isSame(name, "transfer-encoding"):
            guard isSame(value, "chunked") else { return "a transfer coding that is not chunked" }
            head.framing = .chunked
        default: break
        }
        return nil
    }

    /// Whether a name equals this one, which must be in lower case.
    private static func isSame(_ text: Line, _ name: StaticString) -> Bool {
        guard text.count == name.utf8CodeUnitCount else { return false }
        for offset in 0..<text.count where lower(text[text.startIndex + offset]) != name.utf8Start[offset] {
            return false
        }
        return true
    }

    private static func hasToken(_ list: Line, _ token: StaticString) -> Bool {
        list.split(separator: UInt8(ascii: ",")).contains { isSame(trimmed($0), token) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func trimmed(_ text: Line) -> Line {
        var text = text
        while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }

    /// Parses a limited number of decimal digits.
    private static func number(_ text: Line) -> Int? {
        guard (1...12).contains(text.count) else { return nil }
        var value = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
