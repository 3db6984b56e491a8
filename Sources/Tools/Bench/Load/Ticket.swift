/// A request's place in a run.
struct Ticket: Equatable {
    /// When it is meant to be sent, in nanoseconds of the loop's clock: its latency counts from here.
    let intended: UInt64
    /// Whether its answer counts; the first requests only warm the store and the connections up.
    let isMeasured: Bool
}
