internal import Model

/// Lists of numbers in their order, each once.
extension ItemNumber {
    /// What is in either.
    static func united(_ left: [ItemNumber], _ right: [ItemNumber]) -> [ItemNumber] {
        guard !right.isEmpty else { return left }
        return (left + right).sorted().reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}
