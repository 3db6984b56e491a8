/// What a file of books comes to, or came to.
package struct ImportReport: Equatable, Sendable {
    /// Rows of each kind that are shown.
    package static let shownCountMax = 10

    /// A row as it is shown.
    package struct Row: Equatable, Decodable, Sendable {
        package let line: Int
        /// The book's number; nil where it is the next free one.
        package let item: ItemNumber?
        package let title: String
        /// What changes from what to what.
        package let changes: [FieldChange]

        private enum CodingKeys: String, CodingKey {
            case line, title, changes
            case item = "item_number"
        }
    }

    /// Rows that come to the same.
    package struct Rows: Equatable, Sendable {
        package var count = 0
        /// The first of them.
        package private(set) var first: [Row] = []

        package init(count: Int = 0, _ first: [Row] = []) {
            self.count = count
            self.first = first
        }

        mutating func add(_ row: @autoclosure () -> Row) {
            count += 1
            if first.count < ImportReport.shownCountMax { first.append(row()) }
        }

        mutating func add(_ others: Rows) {
            count += others.count
            first += others.first.prefix(ImportReport.shownCountMax - first.count)
        }
    }

    package var added = Rows()
    package var changed = Rows()
    package var unchanged = Rows()
    package var refused = RefusedLines()
    /// What is no fault and may be a slip.
    package var doubts = RefusedLines()

    package init() {}

    /// Rows that are not refused.
    package var bookCount: Int { added.count + changed.count + unchanged.count }

    /// Takes in what a row comes to.
    package mutating func add(_ step: ImportStep, at line: Int) {
        let row = { Row(line: line, item: step.item, title: step.title, changes: step.changes) }
        switch step {
        case .add(let new):
            added.add(row())
            if new.price.amount == 0 {
                doubts.add(
                    RefusedLine(line: line, reason: "\(ShownText.quoted(new.title)) would cost nothing"))
            }
        case .change: changed.add(row())
        case .unchanged: unchanged.add(row())
        case .retired(let found):
            unchanged.add(row())
            doubts.add(
                RefusedLine(line: line, reason: "book \(found.book.item) is retired and stays as it is"))
        }
    }

    /// Takes in what other rows came to.
    package mutating func add(_ other: ImportReport) {
        added.add(other.added)
        changed.add(other.changed)
        unchanged.add(other.unchanged)
        refused.add(other.refused)
    }
}
