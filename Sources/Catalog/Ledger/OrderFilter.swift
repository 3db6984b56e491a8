internal import Model

/// Which customers' orders a storekeeper wants to see, the newest first.
package struct OrderFilter: Sendable {
    var state: OrderState?
    /// An order's number, its key, or a part of the customer's name or e-mail.
    var words: String?
    /// Only orders of this book.
    var item: ItemNumber?
    /// Only orders with a lower number.
    var before: Int64?
    var limit: Int
}
