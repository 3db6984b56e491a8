internal import Model

/// Lists of numbers in their order, each once.
extension ItemNumber {
    /// What is in any of the lists.
    static func united(_ lists: [[ItemNumber]]) -> [ItemNumber] {
        var united: [ItemNumber] = []
        united.reserveCapacity(lists.reduce(0) { $0 + $1.count })
        for item in lists.joined().sorted() where united.last != item { united.append(item) }
        return united
    }

    /// What is in both.
    static func common(_ left: [ItemNumber], _ right: [ItemNumber]) -> [ItemNumber] {
        var common: [ItemNumber] = []
        var place = 0
        for item in left {
            while place < right.count, right[place] < item { place += 1 }
            guard place < right.count else { break }
            if right[place] == item { common.append(item) }
        }
        return common
    }
}
