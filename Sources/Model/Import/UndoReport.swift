/// What came of taking an import back.
package struct UndoReport: Equatable, Sendable {
    /// A book of which something stays as it is, because it was changed since.
    package struct Left: Equatable, Codable, Sendable {
        package let item: ItemNumber
        /// What is different.
        package let reason: String

        package init(item: ItemNumber, reason: String) {
            self.item = item
            self.reason = reason
        }

        private enum CodingKeys: String, CodingKey {
            case item = "item_number"
            case reason
        }
    }

    /// Books that had been added and are out of the shop again.
    package var retiredCount = 0
    /// Books whose price, stock and details are set back.
    package var changedCount = 0
    /// The first of what stays.
    package private(set) var left: [Left] = []
    /// How many there are.
    package private(set) var leftCount = 0

    package init() {}

    package mutating func add(_ left: Left) {
        leftCount += 1
        if self.left.count < RefusedLine.namedCountMax { self.left.append(left) }
    }

    package mutating func add(_ other: UndoReport) {
        retiredCount += other.retiredCount
        changedCount += other.changedCount
        leftCount += other.leftCount
        left += other.left.prefix(RefusedLine.namedCountMax - left.count)
    }
}
