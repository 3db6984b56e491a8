/// Everything an order server's database says, as of one moment.
package struct OrderSnapshot: Sendable {
    /// One completed purchase.
    package struct Order: Sendable {
        /// Its number in this database, from 1.
        package let number: Int64
        /// The purchase's key.
        package let key: IdempotencyKey
        /// The book.
        package let item: ItemNumber
        /// Its sale in a catalog's ledger; nil where the catalog keeps none.
        package let sale: SalePosition?
        /// The number of the order server's log that has its line, of several over one database.
        package let log: Int64

        package init(
            number: Int64, key: IdempotencyKey, item: ItemNumber, sale: SalePosition?, log: Int64 = 1
        ) {
            self.number = number
            self.key = key
            self.item = item
            self.sale = sale
            self.log = log
        }
    }

    /// The orders, by number.
    package let orders: [Order]

    package init(orders: [Order]) { self.orders = orders }
}
