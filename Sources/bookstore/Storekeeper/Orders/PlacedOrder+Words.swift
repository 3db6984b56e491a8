internal import ArgumentParser
internal import Model
internal import StoreAPI

extension StoreAnswer<PlacedOrder> {
    /// Prints the order.
    func show(isJSON: Bool) {
        guard !isJSON else { return Output.line(text) }
        Output.lines(result.words)
    }
}

extension PlacedOrder {
    private static let lineTable = TextTable([
        .right("book"), .right("copies"), .right("cost"), .right("back"), .left("title"),
    ])

    /// Everything about it, on lines.
    fileprivate var words: [String] {
        var words = ["order \(number) is \(state.words)", "receipt \(key.text)"]
        words += [
            contact?.name.map { "name \($0)" }, contact?.email.map { "email \($0)" },
            contact?.delivery.map { "delivery \($0.replacing("\n", with: ", "))" },
        ].compactMap { $0 }
        words += Self.lineTable.lines(
            lines.map {
                [
                    $0.item.description, String($0.copies), $0.price.description, String($0.putBack),
                    $0.title,
                ]
            })
        words.append("total \(Cents.text(ofSum: totalCents)), paid back \(Cents.text(ofSum: refundedCents))")
        return words
            + steps.map { step in
                let by = step.actor.map { " by \($0)" } ?? ""
                return "\(step.time) \(step.state.words)\(by)" + (step.reason.map { ": \($0)" } ?? "")
            }
    }
}

extension OrderState: ExpressibleByArgument {
    /// The names of all states after the first.
    static let laterNames = allCases.dropFirst().map(\.name).joined(separator: ", ")

    init?(argument: String) { self.init(name: argument) }

    static var allValueStrings: [String] { allCases.map(\.name) }
}
