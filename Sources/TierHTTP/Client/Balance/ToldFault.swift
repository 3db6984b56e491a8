internal import Model
internal import NIOCore

/// What a server of our own make says in an answer 503: that it cannot do its part, which another may.
struct ToldFault {
    /// Whether the request may have been carried out all the same.
    let isOutcomeUnknown: Bool

    /// - Returns: nil for any other answer, such as of a server that has too much to do.
    init?(in body: ByteBuffer) {
        let members = (try? JSONReader.value(in: body))?.members
        guard let code = members?["code"]?.text, let reason = StoreError.Reason(rawValue: code),
            reason.mayHelpElsewhere
        else { return nil }
        isOutcomeUnknown = members?["outcome"]?.text != "none"
    }
}
