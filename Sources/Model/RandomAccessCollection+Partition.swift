extension RandomAccessCollection {
    /// The place of the first element for which a condition holds that holds for all behind it; the end where it holds
    /// for none. By halves.
    @inlinable
    package func partitioningIndex(where condition: (Element) -> Bool) -> Index {
        var (low, count) = (startIndex, self.count)
        while count > 0 {
            let middle = index(low, offsetBy: count / 2)
            if condition(self[middle]) {
                count /= 2
            } else {
                low = index(after: middle)
                count -= count / 2 + 1
            }
        }
        return low
    }
}
