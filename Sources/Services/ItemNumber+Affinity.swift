package import Model

extension ItemNumber {
    /// What calls about the book have in common, for ``TierHTTP/TierCall/affinity``.
    package var affinity: UInt64 { UInt64(value) }
}
