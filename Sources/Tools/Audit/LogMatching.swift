package import Model

/// Tells which of several logs is which by their lines: a database knows its logs by numbers, which stand in none of
/// them.
package enum LogMatching {
    /// Finds the number of each log; nil for one that is left when all numbers are given away.
    ///
    /// A log belongs to the number whose lines it has, and of those that have the same lines to the one in whose order
    /// they stand. Lines that were lost, added or are just being written make no difference as long as others do.
    ///
    /// - Parameters:
    ///   - logs: the lines of each.
    ///   - expected: the lines that each number should have.
    package static func numbers(of logs: [[String]], among expected: [Int64: [String]]) -> [Int64?] {
        struct Pair {
            let log: Int
            let number: Int64
            let difference: Int
            let agreement: Int
        }
        let counts = expected.mapValues(counts)
        let pairs = logs.enumerated().flatMap { index, lines in
            let own = Self.counts(lines)
            return expected.keys.sorted().map { number in
                Pair(
                    log: index, number: number, difference: difference(own, counts[number] ?? [:]),
                    agreement: zip(lines, expected[number] ?? []).prefix { $0 == $1 }.count)
            }
        }
        var numbers = [Int64?](repeating: nil, count: logs.count)
        var given: Set<Int64> = []
        // Of equal ones the first: the sort keeps no order of its own.
        for pair in pairs.sorted(by: {
            ($0.difference, -$0.agreement, $0.log, $0.number) < (
                $1.difference, -$1.agreement, $1.log, $1.number
            )
        }) where numbers[pair.log] == nil && given.insert(pair.number).inserted {
            numbers[pair.log] = pair.number
        }
        return numbers
    }

    private static func counts(_ lines: [String]) -> [String: Int] {
        lines.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// How many lines one has and the other lacks.
    private static func difference(_ one: [String: Int], _ other: [String: Int]) -> Int {
        one.reduce(0) { $0 + max(0, $1.value - other[$1.key, default: 0]) }
            + other.reduce(0) { $0 + max(0, $1.value - one[$1.key, default: 0]) }
    }
}

extension LedgerSnapshot {
    /// The logs that have lines of its movements.
    package var logs: Set<Int64> { Set(movements.map(\.log)) }

    /// The ledger as one catalog's log has it: all books, and the movements of that log; nil has none.
    package func part(of log: Int64?) -> LedgerSnapshot {
        LedgerSnapshot(ledger: ledger, books: books, movements: movements.filter { $0.log == log })
    }
}

extension OrderSnapshot {
    /// The logs that have lines of its orders.
    package var logs: Set<Int64> { Set(orders.map(\.log)) }

    /// The orders of one order server's log; nil has none.
    package func part(of log: Int64?) -> OrderSnapshot {
        OrderSnapshot(orders: orders.filter { $0.log == log })
    }
}

extension OperationLogFiles {
    /// All whole lines.
    package var lines: [String] {
        get throws {
            var lines: [String] = []
            try forEachLine { line, _ in lines.append(String(line)) }
            return lines
        }
    }

    /// The lines of a catalog's log about changes: all but queries and the first `openingCount` init lines.
    package func changes(after openingCount: Int) throws -> [String] {
        var changes: [String] = []
        try forEachLine { line, _ in
            if LedgerEntry.isLogged(by: line) { changes.append(String(line)) }
        }
        return Array(changes.dropFirst(openingCount))
    }
}
