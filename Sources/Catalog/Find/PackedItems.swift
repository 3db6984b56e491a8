/// Numbers of books in their order, each as its distance to the one before: seven bits a byte, the lowest first, and
/// the eighth where another follows.
struct PackedItems {
    private(set) var bytes: [UInt8] = []
    private var last: Int64 = 0

    /// Packs numbers that are in their order, each once.
    init(_ numbers: some Sequence<Int64>) {
        for number in numbers { append(number) }
    }

    private mutating func append(_ number: Int64) {
        var distance = UInt64(bitPattern: number &- last)
        while distance > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: distance) | 0x80)
            distance >>= 7
        }
        bytes.append(UInt8(distance))
        last = number
    }

    /// Calls `body` with all numbers.
    @inline(__always)
    static func forEach(in bytes: UnsafeRawBufferPointer, _ body: (Int64) -> Void) {
        var (number, distance, shift): (Int64, UInt64, UInt64) = (0, 0, 0)
        for byte in bytes {
            distance |= UInt64(byte & 0x7F) &<< shift
            shift &+= 7
            guard byte < 0x80 else { continue }
            number &+= Int64(bitPattern: distance)
            body(number)
            (distance, shift) = (0, 0)
        }
    }
}
