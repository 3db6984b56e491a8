/// A customer's order as a catalog's database has it, without whom it is for.
package struct LedgerOrder: Equatable, Sendable, CustomStringConvertible {
    /// Movements side by side by which it was placed, went on or gave copies back.
    package struct Step: Equatable, Sendable {
        /// The first of them.
        package let movement: Int64
        package let movementCount: Int64

        package init(movement: Int64, movementCount: Int64) {
            self.movement = movement
            self.movementCount = movementCount
        }
    }

    package let number: Int64
    /// Its first movement.
    package let movement: Int64
    package var state: OrderState
    /// By the books' numbers; without titles.
    package var lines: [PlacedOrder.Line]
    /// In order, from the placing on.
    package var steps: [Step]

    package init(
        number: Int64, movement: Int64, state: OrderState, lines: [PlacedOrder.Line], steps: [Step]
    ) {
        self.number = number
        self.movement = movement
        self.state = state
        self.lines = lines
        self.steps = steps
    }

    /// It on one line, for the auditor.
    package var description: String {
        let books = lines.map {
            "\($0.copies) of book \($0.item) at \($0.price), \($0.putBack) put back"
        }
        let steps = steps.map { "\($0.movement)+\($0.movementCount)" }
        return """
            \(state.words), \(books.joined(separator: "; ")); placed by movement \(movement), \
            steps \(steps.joined(separator: " "))
            """
    }
}
