internal import Model
internal import Synchronization

/// The orders of a run that were made, on their way from the customers to the desk.
final class OrderBoard: Sendable {
    /// Orders that wait for the desk, at most: it works on one after the other, and leaves the others alone.
    private static let countMax = 1_000

    private let orders = Mutex<[PlacedOrder]>([])

    /// Adds an order as it was answered to its customer.
    func add(_ order: PlacedOrder) {
        orders.withLock { if $0.count < Self.countMax { $0.append(order) } }
    }

    /// Takes all that wait.
    func take() -> [PlacedOrder] {
        orders.withLock { orders in
            defer { orders = [] }
            return orders
        }
    }
}
