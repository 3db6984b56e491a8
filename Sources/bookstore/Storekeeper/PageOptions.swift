internal import ArgumentParser
internal import Model
internal import StoreAPI

/// Which part of a list is shown.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Rows to show, 1 to \(StoreLimits.listCountMax).", valueName: "n")) var limit =
        100
    @Option(help: ArgumentHelp("Go on after this row, as the page before says.", valueName: "n")) var after:
        String?

    func validate() throws {
        try ArgumentCheck.check(Int64(limit), "--limit", in: 1...Int64(StoreLimits.listCountMax))
        guard let after else { return }
        guard let number = Int64(after), number >= 1 else {
            throw ValidationError("--after \(ShownText.quoted(after)) is not a whole number from 1")
        }
    }

    /// Prints a page, and how to see the next.
    func show<Row: TableRow>(_ answer: StoreAnswer<[Row]>, isJSON: Bool) {
        guard !isJSON else { return Output.line(answer.text) }
        Output.lines(Row.table.lines(answer.result.map(\.cells)))
        if let next = answer.next { ExitStatus.say("more by --after \(next)") }
    }
}
