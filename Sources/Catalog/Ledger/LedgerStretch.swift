internal import Model

/// Movements with the number after which the list goes on; nil at its end.
package struct LedgerStretch: Sendable {
    var records: [Movement] = []
    var next: Int64?
}
