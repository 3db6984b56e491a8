import Model

/// Finds the options that continue a configuration, likely ones first.
struct OptionFinder {
    /// Options come in stages, so that costly ones are computed only when the cheap ones have failed.
    static let stageCount = 5

    private let book: BookHistory
    private let configuration: SearchState
    private lazy var changes = allowedChanges()
    private lazy var blocks = blockFinder()

    init(_ book: BookHistory, _ configuration: SearchState) {
        self.book = book
        self.configuration = configuration
    }

    /// Stages that together contain every option that could succeed, with few options repeated.
    mutating func stages() -> [Int] { blocks.hasUpdates ? [0, 2, 4] : [0, 1, 2, 3] }

    /// The options of one stage.
    ///
    /// - Parameter stepCount: grows by the combinations of unknown changes considered. When it passes
    ///   `stepCountMax`, the options are incomplete.
    mutating func options(stage: Int, stepCount: inout Int, stepCountMax: Int) -> [BookSearch.Option] {
        let open = configuration.open
        // The operation that returns first: it must be placed before any operation invoked after its return.
        guard let urgent = open.min(by: returnsBefore) else { return [] }
        switch stage {
        case 0: return changes.filter { leads($0, to: urgent) }.map { BookSearch.Option(target: $0) }
        case 1: return simpleBlocks(for: [urgent])
        case 2: return changes.filter { !leads($0, to: urgent) }.map { BookSearch.Option(target: $0) }
        case 3: return simpleBlocks(for: open.filter { $0 != urgent })
        default: return allBlocks(&stepCount, stepCountMax)
        }
    }

    private func returnsBefore(_ left: Int, _ right: Int) -> Bool {
        (book.known[left].returnedNanos, left) < (book.known[right].returnedNanos, right)
    }

    /// The open change of each class that returns first, in the order of their returns.
    private func representatives() -> [Int] {
        var first: [Int: Int] = [:]
        for operation in configuration.open where book.known[operation].changeClass >= 0 {
            let changeClass = book.known[operation].changeClass
            if let other = first[changeClass], returnsBefore(other, operation) { continue }
            first[changeClass] = operation
        }
        return first.values.sorted(by: returnsBefore)
    }

    /// The representatives that the present stock allows.
    private func allowedChanges() -> [Int] {
        representatives().filter {
            configuration.state.stock + book.classes[book.known[$0].changeClass].units >= 0
        }
    }

    /// Whether a change leads towards what the urgent operation saw. This guess only decides the order.
    private func leads(_ operation: Int, to urgent: Int) -> Bool {
        let change = book.classes[book.known[operation].changeClass]
        let state = configuration.state
        switch book.known[urgent].effect {
        case .change: return true
        case .refusal: return change.units < 0
        case .lookup(let seen):
            if let price = change.price, price != state.price { return price == seen.price }
            return abs(state.stock + change.units - seen.stock) < abs(state.stock - seen.stock)
        }
    }

    /// The usual case: unknown sales, after at most one update, that make a read fit.
    private mutating func simpleBlocks(for targets: [Int]) -> [BookSearch.Option] {
        let reads = targets.filter { book.known[$0].changeClass < 0 }
        var options: [BookSearch.Option] = []
        for read in reads {
            options += blocks.simple(before: book.known[read].effect, configuration.state)
                .map { BookSearch.Option(block: $0, target: read) }
        }
        return options
    }

    /// Every block that an open operation may need, small ones first.
    private mutating func allBlocks(_ stepCount: inout Int, _ stepCountMax: Int) -> [BookSearch.Option] {
        if !blocks.hasUpdates { return [] }
        var options: [BookSearch.Option] = []
        let reads = configuration.open.filter { book.known[$0].changeClass < 0 }
        for target in reads + representatives() {
            options += blocks.all(
                before: book.known[target].effect, configuration.state, stepCountMax - stepCount
            )
            .map { BookSearch.Option(block: $0, target: target) }
            stepCount += blocks.stepCount
        }
        let sizes = options.map { option in option.block.reduce(0) { $0 + $1.count } }
        return options.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }.map { options[$0] }
    }

    /// A finder with the unknown changes that may come next and do not wait for a known one of their class.
    private func blockFinder() -> BlockFinder {
        let waiting = configuration.open.map { book.known[$0].changeClass }
        var blocks = BlockFinder()
        for index in book.unknownClasses where !waiting.contains(index) {
            let changeClass = book.classes[index]
            let invoked = changeClass.unknownCount(invokedUntil: configuration.untilNanos)
            let count = invoked - Int(configuration.used[index])
            if count > 0 { blocks.add(changeClass, index: index, count: count) }
        }
        return blocks
    }
}
