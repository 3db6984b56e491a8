internal import Model

// Which changes of the log were sales, and which of them orders.
extension Replay {
    /// An order of which the order database knows nothing, as its later steps tell of it.
    private struct Wanted {
        let number: Int64
        /// The first of its steps, before which it was placed.
        let named: Int
        /// Its first book, where a step tells it.
        var first: ItemNumber?
        /// The copies that came back.
        var putBack: [ItemNumber: Int64] = [:]
        /// Whether those are all that it had.
        var isWhole = false
    }

    /// Finds the sales among the changes. Both are in the ledger's order, so each sale is the next change, or changes, that takes its
    /// copies. What the order database does not tell is a sale as far as the order log has lines of it: of one
    /// copy a purchase, of more an order.
    mutating func assign(
        sales: [OrderSnapshot.Order], soldCounts: [ItemNumber: Int]?, notes: inout [String]
    ) throws {
        var left = sales[...]
        let known = sales.compactMap(\.share).filter { $0.state == .placed }.map { ($0.order, $0.order) }
        var numbers = Dictionary(known) { first, _ in first }
        var wanted = wanted(besides: Set(numbers.keys))[...]
        var (saleCount, invented) = (0, 0)
        var index = 0
        while index < movements.count {
            if let next = left.first, next.sale?.number == lastSale + 1,
                let count = lineCount(of: next, at: index)
            {
                write(next.key, isOrder: next.share != nil, count: count, at: index)
                // The log may end between the lines of an order.
                for line in next.share?.lines.dropFirst(count) ?? [] { try add(line, of: next, sale: nil) }
                saleCount += next.share?.state.putsBack == true ? 0 : 1
                left = left.dropFirst()
                index += next.share?.lines.count ?? 1
                continue
            }
            if case .order(let step) = movements[index].entry {
                guard let number = numbers[step.order] else { throw Self.unplaced(step.order) }
                index += goOn(step, of: number, at: index)
                continue
            }
            if let order = wanted.first, order.named <= index { throw Self.unplaced(order.number) }
            if let order = wanted.first, soldCounts == nil || lastSale + 1 >= order.number,
                let count = lineCount(of: order, at: index, soldCounts)
            {
                numbers[order.number] = lastSale + 1
                write(Self.unaskedKey(lastSale + 1), isOrder: true, count: count, at: index)
                wanted = wanted.dropFirst()
                index += count
            } else if let copies = takenCopies(index), mayBeSold(copies, at: index, soldCounts),
                copies == 1 || soldCounts != nil
            {
                write(Self.unaskedKey(lastSale + 1), isOrder: copies > 1, count: 1, at: index)
                index += 1
            } else {
                index += 1
                continue
            }
            saleCount += 1
            invented += 1
        }
        notes.append("found \(saleCount) sales, \(saleCount - invented) of them with their keys")
        if invented > 0 {
            notes.append(
                "the keys of the other \(invented) stand in no log: such a purchase that is repeated would be made again"
            )
        }
        let renumbered = numbers.count { $0.key != $0.value }
        if renumbered > 0 {
            notes.append(
                "\(renumbered) orders have other numbers than in the log, which the catalog writes anew at its next start"
            )
        }
        try addMissing(left, notes: &notes)
    }

    /// A power cut may have removed the end of the log. What the order server confirmed was sold anyway.
    private mutating func addMissing(
        _ sales: ArraySlice<OrderSnapshot.Order>, notes: inout [String]
    ) throws {
        for order in sales {
            guard order.sale?.number == lastSale + 1 else {
                throw FileFault(
                    path: "order database",
                    reason:
                        "sale \(order.sale?.number ?? 0) of book \(order.item) does not follow from the log")
            }
            guard let share = order.share else {
                try sell(order.item, key: order.key, says: "order database")
                continue
            }
            if share.state == .returned { try handOver(share.order) }
            for (index, line) in share.lines.enumerated() {
                try add(line, of: order, sale: index == 0 ? lastSale + 1 : nil)
            }
            lastSale += 1
        }
        if !sales.isEmpty {
            notes.append("added \(sales.count) sales that the log lacks, from the order database")
        }
    }

    /// An order that was returned had been handed over; the line of that may be lost as well.
    private mutating func handOver(_ order: Int64) throws {
        let steps = movements.compactMap { movement -> OrderMovement? in
            if case .order(let step) = movement.entry, step.order == order { step } else { nil }
        }
        guard let placed = steps.first, !steps.contains(where: { $0.state == .handedOver }) else { return }
        try add(OrderMovement(order: order, state: .handedOver, item: placed.item, copies: 0), sale: nil)
    }

    /// Adds a line of a record that is not in the log.
    private mutating func add(_ line: OrderLine, of record: OrderSnapshot.Order, sale: Int64?) throws {
        guard let share = record.share else { return }
        let isFirst = share.state == .placed && line == share.lines.first
        try add(
            OrderMovement(
                order: share.order, state: share.state, item: line.item, copies: line.copies,
                key: isFirst ? record.key : nil), sale: sale)
        if share.state == .placed { matched[line.item, default: 0] += Int(line.copies) }
    }

    private mutating func add(_ movement: OrderMovement, sale: Int64?) throws {
        do throws(LineFault) {
            try apply(movement, sale: sale, log: 1)
        } catch {
            throw FileFault(
                path: "order database", reason: "a sale that is not in the catalog log \(error.reason)")
        }
    }

    private static func unplaced(_ order: Int64) -> FileFault {
        FileFault(
            path: "catalog log", reason: "order \(order) goes on in it, and no sale before that fits it")
    }

    // MARK: What fits

    /// The copies that a change takes and nothing else; nil for any other movement.
    private func takenCopies(_ index: Int) -> Int64? {
        guard case .update(let change) = movements[index].entry, change.price == nil,
            let units = change.units, units < 0
        else { return nil }
        return -units
    }

    private func mayBeSold(_ copies: Int64, at index: Int, _ soldCounts: [ItemNumber: Int]?) -> Bool {
        let item = movements[index].change.item
        return soldCounts.map { matched[item, default: 0] + Int(copies) <= $0[item, default: 0] } ?? true
    }

    /// How many movements from an index on are what was recorded under a sale's number; nil where others stand there. At the
    /// end of the log the last ones may be missing.
    private func lineCount(of order: OrderSnapshot.Order, at index: Int) -> Int? {
        let lines = order.share?.lines ?? [OrderLine(item: order.item, copies: 1)]
        for (movement, line) in zip(movements[index...], lines) {
            switch (order.share?.state.putsBack == true ? order.share : nil, movement.entry) {
            case (let share?, .order(let back)):
                guard
                    back
                        == OrderMovement(
                            order: share.order, state: share.state, item: line.item, copies: line.copies)
                else { return nil }
            case (nil, .update(let change)):
                guard change == StockChange(item: line.item, units: -line.copies) else { return nil }
            default: return nil
            }
        }
        return min(lines.count, movements.count - index)
    }

    /// How many changes from an index on may be the lines of an order; nil where it was not placed there.
    private func lineCount(of order: Wanted, at index: Int, _ soldCounts: [ItemNumber: Int]?) -> Int? {
        var left = order.putBack
        var last: ItemNumber?
        for count in 0..<min(NewOrder.lineCountMax, order.named - index) {
            let item = movements[index + count].change.item
            guard movements[index + count].log == movements[index].log,
                let copies = takenCopies(index + count), mayBeSold(copies, at: index + count, soldCounts),
                last.map({ $0 < item }) ?? (order.first.map { $0 == item } ?? true)
            else { return nil }
            let back = left.removeValue(forKey: item)
            guard back ?? 0 <= copies, !order.isWhole || back == copies else { return nil }
            if left.isEmpty { return count + 1 }
            last = item
        }
        return nil
    }

    private func wanted(besides known: Set<Int64>) -> [Wanted] {
        var wanted: [Int64: Wanted] = [:]
        for (index, movement) in movements.enumerated() {
            guard case .order(let step) = movement.entry, !known.contains(step.order) else { continue }
            var order = wanted[step.order] ?? Wanted(number: step.order, named: index)
            if step.copies > 0 {
                order.putBack[step.item, default: 0] += step.copies
            } else {
                order.first = step.item
            }
            order.isWhole = order.isWhole || step.state == .cancelled
            wanted[step.order] = order
        }
        return wanted.values.sorted { $0.number < $1.number }
    }

    // MARK: What is written

    /// Makes movements the ones of the next sale, or of what it put back.
    private mutating func write(_ key: IdempotencyKey, isOrder: Bool, count: Int, at index: Int) {
        lastSale += 1
        for place in index..<index + count {
            let (item, isFirst) = (movements[place].change.item, place == index)
            guard let copies = takenCopies(place) else {
                movements[place] = movements[place].with(
                    movements[place].entry, sale: isFirst ? lastSale : nil)
                continue
            }
            matched[item, default: 0] += Int(copies)
            let sold: LedgerEntry =
                isOrder
                ? .order(
                    OrderMovement(
                        order: lastSale, state: .placed, item: item, copies: copies,
                        key: isFirst ? key : nil))
                : .update(.sale(of: item, key: key))
            movements[place] = movements[place].with(sold, sale: isFirst ? lastSale : nil)
        }
    }

    /// Gives a later step of an order its number, and the number of a sale where it puts copies back.
    ///
    /// - Returns: how many movements it has. A return is taken for one of each of its books: which of them came back
    ///   together stands in no log.
    private mutating func goOn(_ step: OrderMovement, of order: Int64, at index: Int) -> Int {
        if step.state.putsBack { lastSale += 1 }
        var count = 0
        while index + count < movements.count, case .order(let line) = movements[index + count].entry,
            count == 0 || step.state == .cancelled && (line.order, line.state) == (step.order, step.state)
        {
            let renumbered = OrderMovement(
                order: order, state: line.state, item: line.item, copies: line.copies)
            movements[index + count] = movements[index + count].with(
                .order(renumbered), sale: count == 0 && step.state.putsBack ? lastSale : nil)
            count += 1
        }
        return count
    }
}

extension LedgerSnapshot.Movement {
    fileprivate func with(_ entry: LedgerEntry, sale: Int64?) -> Self {
        Self(sequence: sequence, entry: entry, stockAfter: stockAfter, sale: sale, log: log)
    }
}
