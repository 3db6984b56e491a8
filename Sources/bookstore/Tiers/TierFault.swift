/// A tier that ended before it was ready. It has said why itself.
struct TierFault: Error {
    let name: String
    /// Its exit status; negative for a signal.
    let status: Int32
}
