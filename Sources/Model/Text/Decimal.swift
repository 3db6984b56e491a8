/// Reads plain decimal numbers, where `Int64(_:)` would also take a leading `+`.
enum Decimal {
    /// The value of one or more ASCII digits; nil for anything else or for more than `digitCountMax`.
    static func digits(_ text: some Sequence<UInt8>, digitCountMax: Int) -> Int64? {
        var value: Int64 = 0
        var digitCount = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digitCount < digitCountMax else {
                return nil
            }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            digitCount += 1
        }
        return digitCount == 0 ? nil : value
    }
}
