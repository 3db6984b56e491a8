/// A request's place in a run.
struct Ticket: Equatable {
    /// The intended time of sending, in nanoseconds of the loop's clock. Latency counts from it.
    let intended: UInt64
    /// Whether its response counts. The first requests only warm up the store and the connections.
    let isMeasured: Bool
}
