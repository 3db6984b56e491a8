package import Model

/// A parsed line of a store's log.
package enum OperationLogLine: Sendable {
    /// The state with which a book was opened or added.
    case opening(Book)
    /// An executed update; the log has no keys.
    case update(StockChange)
    /// A book was removed from the shop.
    case retired(ItemNumber)
    /// What is said of a book was changed.
    case edited(BookEdit)
    /// A retired book was brought back.
    case restored(ItemNumber)
    /// An order went on, or gave copies back.
    case order(OrderMovement)
    case query
    /// A line of the order log.
    case recorded(OrderLogLine)

    /// - Throws: ``Model/LineFault`` with the reason why the line is invalid.
    package init(parsing line: Substring) throws(LineFault) {
        if line.hasPrefix("init,") {
            self = .opening(try BookLine.parse(logged: line))
        } else if line.hasPrefix("update,") {
            self = .update(try Self.update(line))
        } else if line.hasPrefix(LedgerEntry.retiredPrefix),
            let item = ItemNumber(parsing: line.dropFirst(LedgerEntry.retiredPrefix.count))
        {
            self = .retired(item)
        } else if line.hasPrefix(BookEdit.prefix) {
            self = .edited(try BookEdit(logged: line))
        } else if line.hasPrefix(LedgerEntry.restoredPrefix),
            let item = ItemNumber(parsing: line.dropFirst(LedgerEntry.restoredPrefix.count))
        {
            self = .restored(item)
        } else if line.hasPrefix(OrderMovement.prefix) {
            self = .order(try OrderMovement(logged: line))
        } else if line.hasPrefix("query_by_topic,") || line.hasPrefix("query_by_item,") {
            self = .query
        } else if let line = OrderLogLine(parsing: line) {
            self = .recorded(line)
        } else {
            throw LineFault("is no line of a store's log: \(ShownText.quoted(line))")
        }
    }

    private static func update(_ line: Substring) throws(LineFault) -> StockChange {
        let parts = line.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 4, let item = ItemNumber(parsing: parts[1]) else {
            throw LineFault("expected update,item_number,cost,stock")
        }
        let price = Cents(parsing: parts[2])
        let units = Int64(parts[3])
        guard price != nil || parts[2] == "na", units != nil || parts[3] == "na", price != nil || units != nil
        else { throw LineFault("expected update,item_number,cost,stock with an amount or a change in it") }
        return StockChange(item: item, price: price, units: units)
    }
}
