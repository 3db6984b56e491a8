package import Model

/// A basket's new lines, as clients send them.
package struct NewBasket: Encodable, Sendable {
    private let basket: String
    private let lines: [OrderLine]

    package init(_ id: BasketID, lines: [OrderLine]) {
        basket = id.text
        self.lines = lines
    }
}
