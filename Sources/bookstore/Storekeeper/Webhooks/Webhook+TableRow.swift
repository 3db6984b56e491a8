internal import Model

extension Webhook: TableRow {
    static let table = TextTable([
        .right("webhook"), .left("state"), .right("told through"), .right("dead"), .left("kinds"),
        .left("url"), .left("by"), .left("made"),
    ])

    var cells: [String] {
        [
            String(number), state, String(position), String(deadCount),
            kinds.map(\.rawValue).joined(separator: ","), url.description, actor ?? "",
            made.description,
        ]
    }

    private var state: String {
        if let ended { return "gone since \(ended)" }
        guard let failure else { return "ok" }
        return "failing since \(failure.since), \(failure.attemptCount) attempts: \(failure.answer)"
    }
}

extension DeadLetter: TableRow {
    static let table = TextTable([
        .right("sequence"), .left("time"), .right("attempts"), .left("state"), .left("answer"),
    ])

    var cells: [String] {
        [
            String(sequence), time.description, String(attemptCount), isWanted ? "is sent again" : "dead",
            answer,
        ]
    }
}
