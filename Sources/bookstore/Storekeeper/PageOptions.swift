internal import ArgumentParser
internal import Model

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

    var parameters: [(String, String?)] { [("limit", String(limit)), ("after", after)] }

    /// Prints a page, and how to see the next.
    func show<Row: Decodable>(
        _ answer: KeeperAnswer, _ row: Row.Type, _ table: TextTable, isJSON: Bool, cells: (Row) -> [String]
    ) throws {
        let page = try answer.decoded(as: KeeperPage<Row>.self)
        guard !isJSON else { return Output.line(answer.text) }
        Output.lines(table.lines(page.result.map(cells)))
        if let next = page.next { ExitStatus.say("more by --after \(next)") }
    }
}
