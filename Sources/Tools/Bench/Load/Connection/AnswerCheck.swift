internal import Foundation
internal import NIOCore
internal import TierHTTP

/// Classifies responses, fast enough to check every one.
enum AnswerCheck {
    private static let resultName = Array(#""result""#.utf8)
    private static let ownStart = Array(#"{"result":"#.utf8)
    /// The bytes in which the name `result` is searched, since other programs may put a few blanks before it.
    private static let searchedByteCountMax = 64

    static func verdict(_ operation: BenchOperation, status: Int, body: ByteBuffer) -> AnswerVerdict {
        switch status {
        case 200: break
        case 429, 503: return .refused
        default: return .status(status)
        }
        if operation == .buy {
            guard let isSuccess = ResultBody.isSuccess(body) else { return .nonsense }
            return isSuccess ? .good : .soldOut
        }
        return looksLikeResult(body.readableBytesView) ? .good : .nonsense
    }

    /// Whether the bytes are an object that begins with the member `result`. The framing ensures that it is
    /// complete, and its content was checked when the run began.
    private static func looksLikeResult(_ bytes: ByteBufferView) -> Bool {
        // The store's own form; another program's may have blanks.
        if bytes.starts(with: ownStart), bytes.last == UInt8(ascii: "}") { return true }
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), bytes[first] == UInt8(ascii: "{"),
            let last = bytes.last(where: { !isBlank($0) }), last == UInt8(ascii: "}")
        else { return false }
        return bytes[first...].prefix(searchedByteCountMax).firstRange(of: resultName) != nil
    }

    // MARK: Thorough, for the first answers of a run

    /// The item numbers in the response to a search; nil for any other body.
    static func foundItems(_ body: ByteBuffer) -> [String]? {
        guard let rows = result(body) as? [[String: Any]] else { return nil }
        let numbers = rows.compactMap { row in row["title"] is String ? row["item_number"] as? String : nil }
        return numbers.count == rows.count ? numbers : nil
    }

    /// The stock in the response to a lookup; nil for any other body.
    static func stock(_ body: ByteBuffer) -> Int64? {
        guard let book = result(body) as? [String: Any], book["item_number"] is String,
            book["title"] is String, let stock = book["stock"] as? NSNumber
        else { return nil }
        return stock.int64Value
    }

    /// The start of a body on one line, for a message.
    static func excerpt(_ body: ByteBuffer, byteCountMax: Int = 120) -> String {
        let text = String(decoding: body.readableBytesView.prefix(byteCountMax), as: UTF8.self)
        let line = text.map { $0.isNewline || $0.isWhitespace ? " " : $0 }
        return String(line) + (body.readableBytes > byteCountMax ? "…" : "")
    }

    private static func result(_ body: ByteBuffer) -> Any? {
        let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))
        return (object as? [String: Any])?["result"]
    }
}
