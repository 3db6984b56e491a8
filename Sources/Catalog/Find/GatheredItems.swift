/// Numbers of books, gathered from many lists.
///
/// One list stays one. More are a bit for each number, as far as the numbers are low enough for that: a million of them
/// are gathered in some milliseconds.
struct GatheredItems {
    /// With fewer numbers than this they are sorted in the end.
    private static let listedCountMax = 4_096
    /// Higher numbers have no bit: the bits would take more than 2 MB.
    private static let bitNumberMax: Int64 = 1 << 24 - 1

    private var bits: [UInt64] = []
    private var numbers: [Int64] = []
    private var isSorted = true

    mutating func add(_ number: Int64) {
        if !bits.isEmpty, number <= Self.bitNumberMax { return set(number) }
        if let last = numbers.last, last >= number { isSorted = false }
        numbers.append(number)
    }

    /// Adds what ``PackedItems`` has packed, but some.
    mutating func add(packed bytes: UnsafeRawBufferPointer, without left: Set<Int64> = []) {
        guard !bytes.isEmpty else { return }
        if bits.isEmpty, !numbers.isEmpty {
            isSorted = false
            if numbers.count + bytes.count > Self.listedCountMax { useBits() }
        }
        let hasBits = !bits.isEmpty
        PackedItems.forEach(in: bytes) { number in
            guard left.isEmpty || !left.contains(number) else { return }
            if hasBits, number <= Self.bitNumberMax { set(number) } else { numbers.append(number) }
        }
    }

    /// All of them in their order, each once.
    func sorted() -> [Int64] {
        var sorted: [Int64] = []
        sorted.reserveCapacity(bits.reduce(numbers.count) { $0 + $1.nonzeroBitCount })
        for (index, word) in bits.enumerated() {
            var rest = word
            while rest != 0 {
                sorted.append(Int64(index) &* 64 &+ Int64(rest.trailingZeroBitCount))
                rest &= rest &- 1
            }
        }
        return sorted + listed
    }

    /// Which of some sorted numbers are among them.
    func common(with others: [Int64]) -> [Int64] {
        let listed = self.listed
        var place = 0
        return others.filter { number in
            if has(number) { return true }
            while place < listed.count, listed[place] < number { place += 1 }
            return place < listed.count && listed[place] == number
        }
    }

    /// Those without a bit.
    private var listed: [Int64] {
        guard !isSorted else { return numbers }
        return numbers.sorted().reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    // MARK: Bits

    private mutating func useBits() {
        bits = [0]
        let low = numbers.filter { $0 <= Self.bitNumberMax }
        numbers.removeAll { $0 <= Self.bitNumberMax }
        for number in low { set(number) }
    }

    private mutating func set(_ number: Int64) {
        let index = Int(truncatingIfNeeded: number >> 6)
        if index >= bits.count {
            bits.append(contentsOf: repeatElement(0, count: max(index + 1, 2 * bits.count) - bits.count))
        }
        bits[index] |= 1 &<< UInt64(truncatingIfNeeded: number & 63)
    }

    private func has(_ number: Int64) -> Bool {
        let index = Int(truncatingIfNeeded: number >> 6)
        return index < bits.count && bits[index] & 1 &<< UInt64(truncatingIfNeeded: number & 63) != 0
    }
}
