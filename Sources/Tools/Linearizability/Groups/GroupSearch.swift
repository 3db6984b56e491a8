import Model

/// The search for an order of the operations of books that orders connect. It goes on as ``BookSearch`` does: depth first,
/// and when that takes long by the number of placed operations.
///
/// What is remembered of a configuration grows with the books of a group, so that a search of many books is best bounded by
/// ordering within small groups.
struct GroupSearch {
    enum Result {
        case linearizable
        case violation
        case undecided
    }

    /// A configuration, and the index in `parents` of the way to it.
    private struct Node {
        var state: GroupState
        let index: Int
    }

    private struct Frame {
        let node: Node
        let moves: [GroupMoves.Move]
        var nextMove = 0
    }

    private typealias Visited = VisitedStates<[BookState]>

    private let group: GroupHistory
    private(set) var stepCount = 0
    private let stepCountMax: Int
    private let root: Node
    /// What each node placed after its parent: the index of a known operation, or the complement of the class of an unknown
    /// one.
    private var parents: [(node: Int, steps: [Int32])] = []
    private var best: Node

    /// As for one book.
    private static let depthFirstStepsPerOperation = 8

    init(_ group: GroupHistory, initial: [BookState], stepCountMax: Int) {
        self.group = group
        self.stepCountMax = stepCountMax
        var state = GroupState(group, initial: initial)
        var steps: [Int32] = []
        state.placeReads(group, &steps)
        parents.append((node: -1, steps: steps))
        root = Node(state: state, index: 0)
        best = root
    }

    mutating func run() -> Result {
        let depthFirstMax = 1000 + Self.depthFirstStepsPerOperation * group.known.count
        let result = searchDepthFirst(limit: min(stepCountMax, depthFirstMax))
        if result != .undecided || stepCount >= stepCountMax { return result }
        return searchByLevel()
    }

    /// The longest order found, the books after it, and the operations that were open then. Operations are
    /// indices of the history.
    var furthest: (placed: [Int], books: [ItemNumber: BookState], unplaced: [Int]) {
        var path: [Int32] = []
        var node = best.index
        while node >= 0 {
            path += parents[node].steps.reversed()
            node = parents[node].node
        }
        var seen = Array(repeating: 0, count: group.classes.count)
        let placed = path.reversed().map { step in
            if step >= 0 { return group.known[Int(step)].source }
            seen[Int(~step)] += 1
            return group.classes[Int(~step)].unknown[seen[Int(~step)] - 1].source
        }
        let books = Dictionary(uniqueKeysWithValues: zip(group.items, best.state.books))
        return (placed, books, best.state.open.map { group.known[$0].source })
    }

    private mutating func searchDepthFirst(limit: Int) -> Result {
        if root.state.isComplete { return .linearizable }
        var visited = Visited()
        var frames = [Frame(node: root, moves: GroupMoves(group, root.state).all())]
        while let frame = frames.last {
            guard frame.nextMove < frame.moves.count else {
                frames.removeLast()
                continue
            }
            frames[frames.count - 1].nextMove += 1
            if stepCount >= limit { return .undecided }
            guard let node = follow(frame.moves[frame.nextMove], from: frame.node) else { continue }
            if node.state.isComplete { return .linearizable }
            if visited.insert(node.state) {
                frames.append(Frame(node: node, moves: GroupMoves(group, node.state).all()))
            }
        }
        return .violation
    }

    private mutating func searchByLevel() -> Result {
        var levels: [Int: (nodes: [Node], visited: Visited)] = [:]
        var rootVisited = Visited()
        _ = rootVisited.insert(root.state)
        levels[root.state.placedCount] = ([root], rootVisited)
        for level in root.state.placedCount..<group.known.count {
            var next = 0
            // Unknown changes lead to more configurations of the same level.
            while let node = levels[level].flatMap({ next < $0.nodes.count ? $0.nodes[next] : nil }) {
                next += 1
                guard levels[level]?.visited.contains(node.state) == true else { continue }
                for move in GroupMoves(group, node.state).all() {
                    if stepCount >= stepCountMax { return .undecided }
                    guard let found = follow(move, from: node) else { continue }
                    if found.state.isComplete { return .linearizable }
                    let count = found.state.placedCount
                    if levels[count, default: ([], .init())].visited.insert(found.state) {
                        levels[count]?.nodes.append(found)
                    }
                }
            }
            levels[level] = nil
        }
        return .violation
    }

    /// Makes a move.
    ///
    /// - Returns: nil when it does not fit.
    private mutating func follow(_ move: GroupMoves.Move, from node: Node) -> Node? {
        stepCount += 1
        var steps: [Int32] = []
        var state = node.state
        let fits =
            switch move {
            case .known(let operation): state.place(change: operation, group, &steps)
            case .unknown(let changeClass): state.place(unknownOf: changeClass, group, &steps)
            }
        guard fits else { return nil }
        parents.append((node: node.index, steps: steps))
        let next = Node(state: state, index: parents.count - 1)
        if state.placedCount > best.state.placedCount { best = next }
        return next
    }
}

extension VisitedStates<[BookState]> {
    fileprivate mutating func insert(_ state: GroupState) -> Bool {
        insert(open: state.open, state.books, used: state.used)
    }

    fileprivate func contains(_ state: GroupState) -> Bool {
        contains(open: state.open, state.books, used: state.used)
    }
}
