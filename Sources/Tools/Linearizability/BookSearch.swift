import Model

/// The search for an order of one book's operations.
///
/// A book is nearly a counter, which removes most choices:
///
/// - A lookup or refusal that fits the current state is placed immediately. It changes nothing, so an order
///   that places it later remains valid when it moves here.
/// - Of changes that do the same, the one that returns first is placed first: in any order, two of them may
///   swap places. An unknown one never returns, so it waits while a known one of its class is open.
/// - A change of unknown outcome is placed only directly before an operation that needs it. If it came
///   earlier, it could as well move later or be left out. `BlockFinder` finds what an operation needs.
///
/// With sales and lookups alone no choice remains, and the search goes straight to its result. Otherwise it
/// chooses the order of different updates, and which unknown updates explain a lookup.
///
/// Depth first is best for a correct history: likely choices lead straight to the end. For an incorrect one
/// it is not: each time a choice turns out to have wasted unknown changes, everything after it is searched
/// again. So when the depth-first search takes long, a second search visits the configurations by the number
/// of placed operations, and at each number continues only from those that wasted nothing.
struct BookSearch {
    enum Result {
        case linearizable
        case violation
        case undecided
    }

    /// Some unknown changes, followed by an operation of known outcome.
    struct Option {
        var block: [BlockFinder.Use] = []
        let target: Int
    }

    /// A configuration, and the index in `parents` of the way to it.
    private struct Node {
        var configuration: SearchState
        let index: Int
    }

    private struct Frame {
        let node: Node
        var finder: OptionFinder
        var stage = 0
        var options: [Option] = []
        var nextOption = 0
    }

    let book: BookHistory
    private(set) var stepCount = 0
    private let stepCountMax: Int
    private let root: Node

    /// The operations that each node placed after its parent, for all nodes in one array: the index of a
    /// known operation, or the complement of the class of an unknown one.
    private var steps: [Int32] = []
    private var parents: [(node: Int, stepsStart: Int, stepsEnd: Int)] = []
    private var best: Node

    // Correct histories of 10,000 operations and 500 unknown outcomes take one to three steps an operation.
    private static let depthFirstStepsPerOperation = 8

    init(_ book: BookHistory, initial: BookState, stepCountMax: Int) {
        self.book = book
        self.stepCountMax = stepCountMax
        var configuration = SearchState(book, initial: initial)
        configuration.placeReads(book, &steps)
        parents.append((node: -1, stepsStart: 0, stepsEnd: steps.count))
        root = Node(configuration: configuration, index: 0)
        best = root
    }

    mutating func run() -> Result {
        let depthFirstMax = 1000 + Self.depthFirstStepsPerOperation * book.known.count
        let result = searchDepthFirst(limit: min(stepCountMax, depthFirstMax))
        if result != .undecided || stepCount >= stepCountMax { return result }
        return searchByLevel()
    }

    /// The longest order found, the state after it, and the operations that were open then. Operations are
    /// indices of the history.
    var furthest: (placed: [Int], state: BookState, unplaced: [Int]) {
        var path: [Int32] = []
        var node = best.index
        while node >= 0 {
            path += steps[parents[node].stepsStart..<parents[node].stepsEnd].reversed()
            node = parents[node].node
        }
        var seen = Array(repeating: 0, count: book.classes.count)
        let placed = path.reversed().map { step in
            if step >= 0 { return book.known[Int(step)].source }
            seen[Int(~step)] += 1
            return book.classes[Int(~step)].unknown[seen[Int(~step)] - 1].source
        }
        return (placed, best.configuration.state, best.configuration.open.map { book.known[$0].source })
    }

    private mutating func searchDepthFirst(limit: Int) -> Result {
        if root.configuration.isComplete { return .linearizable }
        var visited = VisitedStates<BookState>()
        var frames = [Frame(node: root, finder: OptionFinder(book, root.configuration))]
        while !frames.isEmpty {
            guard let option = nextOption(&frames[frames.count - 1]) else {
                frames.removeLast()
                continue
            }
            if stepCount >= limit { return .undecided }
            guard let node = follow(option, from: frames[frames.count - 1].node) else { continue }
            if node.configuration.isComplete { return .linearizable }
            if visited.insert(node.configuration) {
                frames.append(Frame(node: node, finder: OptionFinder(book, node.configuration)))
            }
        }
        // An enumeration that stopped at the limit has omitted options.
        return stepCount >= stepCountMax ? .undecided : .violation
    }

    private mutating func nextOption(_ frame: inout Frame) -> Option? {
        while frame.nextOption == frame.options.count {
            if frame.stage == OptionFinder.stageCount { return nil }
            frame.options = frame.finder.options(
                stage: frame.stage, stepCount: &stepCount, stepCountMax: stepCountMax)
            frame.nextOption = 0
            frame.stage += 1
        }
        frame.nextOption += 1
        return frame.options[frame.nextOption - 1]
    }

    private mutating func searchByLevel() -> Result {
        var levels: [Int: (nodes: [Node], visited: VisitedStates<BookState>)] = [:]
        levels[root.configuration.placedCount, default: ([], .init())].nodes = [root]
        _ = levels[root.configuration.placedCount]?.visited.insert(root.configuration)
        for level in root.configuration.placedCount..<book.known.count {
            // Every option places a known operation, so none leads back to this level.
            guard let (nodes, visited) = levels.removeValue(forKey: level) else { continue }
            for node in nodes where visited.contains(node.configuration) {
                for option in allOptions(node.configuration) {
                    if stepCount >= stepCountMax { return .undecided }
                    guard let next = follow(option, from: node) else { continue }
                    if next.configuration.isComplete { return .linearizable }
                    let count = next.configuration.placedCount
                    if levels[count, default: ([], .init())].visited.insert(next.configuration) {
                        levels[count]?.nodes.append(next)
                    }
                }
            }
        }
        return stepCount >= stepCountMax ? .undecided : .violation
    }

    private mutating func allOptions(_ configuration: SearchState) -> [Option] {
        var finder = OptionFinder(book, configuration)
        var options: [Option] = []
        for stage in finder.stages() {
            options += finder.options(stage: stage, stepCount: &stepCount, stepCountMax: stepCountMax)
        }
        return options
    }

    /// Follows an option.
    ///
    /// - Returns: nil when it would take the stock below 0.
    private mutating func follow(_ option: Option, from node: Node) -> Node? {
        stepCount += 1
        let stepsStart = steps.count
        var configuration = node.configuration
        guard apply(option, to: &configuration) else {
            steps.removeSubrange(stepsStart...)
            return nil
        }
        parents.append((node: node.index, stepsStart: stepsStart, stepsEnd: steps.count))
        let next = Node(configuration: configuration, index: parents.count - 1)
        if configuration.placedCount > best.configuration.placedCount { best = next }
        return next
    }

    private mutating func apply(_ option: Option, to configuration: inout SearchState) -> Bool {
        for use in option.block {
            for _ in 0..<use.count {
                guard configuration.place(unknownOf: use.changeClass, book, &steps) else { return false }
                // The operation is placed already, so it does not need the rest of the block.
                if !configuration.open.contains(option.target) { return true }
            }
        }
        guard case .change = book.known[option.target].effect else { return false }
        return configuration.place(change: option.target, book, &steps)
    }
}
