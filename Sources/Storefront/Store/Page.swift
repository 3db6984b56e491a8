internal import Model
internal import Monitoring

/// A page of a list.
struct Page<Row: Sendable>: Sendable {
    let rows: [Row]
    /// The value of `after` that brings the next page; nil on the last.
    let next: String?
}
