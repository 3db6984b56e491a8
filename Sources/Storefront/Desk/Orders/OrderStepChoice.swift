internal import Model

/// A button that brings orders a step further.
struct OrderStepChoice {
    let value: String
    let words: String

    /// The buttons for orders in a state; nil for orders in any state.
    static func all(from state: OrderState?) -> [OrderStepChoice] {
        OrderState.allCases.filter { next in state.map { $0.allows(next) } ?? (next != .placed) }.map {
            OrderStepChoice(value: $0.name, words: $0.words.capitalizedFirst)
        }
    }
}
