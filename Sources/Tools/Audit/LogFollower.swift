internal import Model

/// Compares the changes of a catalog log with the ledger's movements line by line, and resynchronizes after
/// a line that differs.
struct LogFollower {
    /// With more lines that differ, it is another store's log, and comparing the rest is useless.
    private static let foundCountMax = 100

    private let movements: [LedgerSnapshot.Movement]
    /// The movements that the log covers, plus the lines beyond the last of them, which are of a later state.
    private(set) var count = 0
    private(set) var found: [BooksAudit.Discrepancy] = []
    /// The number of lines before this one that match no movement. Each may have replaced one.
    private var strayCount = 0

    init(movements: [LedgerSnapshot.Movement]) { self.movements = movements }

    mutating func follow(_ line: Substring, at place: FilePlace) {
        guard count < movements.count, found.count <= Self.foundCountMax else {
            count += 1
            return
        }
        guard let match = movements[count...].firstIndex(where: { $0.entry.logLine == line }) else {
            strayCount += 1
            return record("\(place)", expected: movements[count].entry.logLine, found: String(line))
        }
        for missing in movements[count..<match].dropFirst(strayCount) {
            record("\(place), before it", expected: missing.entry.logLine, found: "none")
        }
        strayCount = 0
        count = match + 1
    }

    private mutating func record(_ place: String, expected: String, found text: String) {
        guard found.count < Self.foundCountMax else {
            if found.count == Self.foundCountMax {
                found.append(
                    BooksAudit.Discrepancy(
                        place: place, expected: "a log of this ledger",
                        found: "more than \(Self.foundCountMax) lines that differ; the rest was not compared")
                )
            }
            return
        }
        found.append(BooksAudit.Discrepancy(place: place, expected: expected, found: text))
    }
}
