/// Lines of a file that are refused, as they are found.
package struct RefusedLines: Equatable, Sendable {
    /// The first of them, in the order in which they were found.
    package private(set) var named: [RefusedLine] = []
    /// How many there are.
    package private(set) var count = 0

    package init() {}

    package init(_ named: [RefusedLine], count: Int) {
        self.named = named
        self.count = count
    }

    package mutating func add(_ line: RefusedLine) {
        count += 1
        if named.count < RefusedLine.namedCountMax { named.append(line) }
    }

    package mutating func add(_ others: RefusedLines) {
        count += others.count
        named += others.named.prefix(RefusedLine.namedCountMax - named.count)
    }

    /// The first of them in the file's order.
    package var inOrder: [RefusedLine] { named.sorted { $0.line < $1.line } }
}
