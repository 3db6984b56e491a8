internal import NIOCore

/// Why the frontend did not do what it was asked.
enum StoreFault: Error {
    /// It refused, with a 4xx and words that can be shown.
    case refused(status: Int, detail: String, body: ByteBuffer)
    /// It has too much to do for this question, with words that can be shown: a long search, a full store.
    case busy(detail: String)
    /// It, or a tier behind it, is down, slow or answered nonsense. With `outcomeUnknown` the request may
    /// have been carried out all the same.
    case unavailable(outcomeUnknown: Bool)

    /// The status of a refusal; nil for anything else.
    static func status(of error: any Error) -> Int? {
        guard case StoreFault.refused(let status, _, _) = error else { return nil }
        return status
    }
}
