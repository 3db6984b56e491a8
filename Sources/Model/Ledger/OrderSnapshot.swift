/// Everything an order server's database says, as of one moment.
package struct OrderSnapshot: Sendable {
    /// One completed purchase or order, or copies that were put back.
    package struct Order: Sendable {
        /// Its number in this database, from 1.
        package let number: Int64
        /// The purchase's key; of an order see ``OrderShare/recordKey(_:sale:)``.
        package let key: IdempotencyKey
        /// The book; of an order its first.
        package let item: ItemNumber
        /// Its sale in a catalog's ledger; nil where the catalog keeps none.
        package let sale: SalePosition?
        /// The number of the order server's log that has its line, of several over one database.
        package let log: Int64
        /// What a step of an order sold or put back; nil for a purchase of one copy.
        package let share: OrderShare?

        package init(
            number: Int64, key: IdempotencyKey, item: ItemNumber, sale: SalePosition?, log: Int64 = 1,
            share: OrderShare? = nil
        ) {
            self.number = number
            self.key = key
            self.item = item
            self.sale = sale
            self.log = log
            self.share = share
        }
    }

    /// The orders, by number.
    package let orders: [Order]

    package init(orders: [Order]) { self.orders = orders }
}
