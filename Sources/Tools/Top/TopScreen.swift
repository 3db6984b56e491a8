internal import Model

/// The whole store on one screen: a pure function from the servers' figures to lines of text.
package struct TopScreen {
    /// How a line is emphasized.
    package enum Style: Sendable {
        /// Without emphasis.
        case plain
        /// The line of a server.
        case title
        /// Headings and less important text.
        case faint
        /// Something fails.
        case warning
        /// A server is down.
        case alarm
    }

    /// One line, not wider than the screen.
    package struct Line: Sendable, Equatable {
        package let text: String
        package let style: Style
    }

    /// The columns of the terminal.
    package let width: Int
    /// The rows of the terminal.
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = max(20, width)
        self.height = max(4, height)
    }

    /// The shown lines, and their place in the list of servers.
    package struct Page: Sendable {
        /// The screen's lines, at most ``TopScreen/height``.
        package let lines: [Line]
        /// The first shown line of the list: the requested one, or the last followed by a full screen.
        package let offset: Int
        /// The number of lines of the list that are shown.
        package let shownCount: Int
    }

    /// The fewest lines of the list below a fixed head.
    private static let listHeightMin = 4

    /// The screen's lines, at most ``height``: a head with a line for each tier, and below it the list of all
    /// servers, from its line `offset`.
    package func page(
        _ views: [ServerView], time: String, intervalSeconds: Double, offset: Int = 0
    ) -> Page {
        let title = line(
            "My Book Store  \(time)  every \(Figure.count(intervalSeconds)) s  "
                + "\(views.count(where: \.isUp)) of \(views.count) servers up  q ends", .faint)
        let summary = [line(Self.heading, .faint)] + TierSummary.all(of: views).map(self.line)
        var list = views.flatMap { [line("", .plain)] + lines(of: $0) }
        var head = [title] + summary
        if head.count + Self.listHeightMin > height {
            // The screen is too low for a fixed head, so the summary scrolls with the list.
            head = [title]
            list = summary + list
        }
        let room = height - head.count
        guard list.count > room else { return Page(lines: head + list, offset: 0, shownCount: list.count) }
        let shownCount = room - 1
        let start = min(max(0, offset), list.count - shownCount)
        let above = start > 0 ? "\(start) above, " : ""
        let hint = line(
            "… \(above)\(list.count - start - shownCount) more lines below: arrows, space and b scroll",
            .faint)
        return Page(
            lines: head + list[start..<(start + shownCount)] + [hint], offset: start, shownCount: shownCount)
    }

    /// Returns the lines of the screen from the top of the list.
    package func lines(_ views: [ServerView], time: String, intervalSeconds: Double) -> [Line] {
        page(views, time: time, intervalSeconds: intervalSeconds).lines
    }

    private func lines(of view: ServerView) -> [Line] {
        let name = "\(view.name) \(view.address)"
        switch view.state {
        case .down(let reason): return [line("\(name)  DOWN  \(reason)", .alarm)]
        case .up(let figures):
            var lines = [line(title(name, figures), .title)]
            let marked = figures.served.map { ($0, " ") } + figures.called.map { ($0, ">") }
            lines += marked.filter { !$0.0.isIdle }.map { row($0.0, mark: $0.1) }
            if !figures.outOfUse.isEmpty {
                lines.append(line("  out of use: \(figures.outOfUse.joined(separator: ", "))", .alarm))
            }
            let idle = marked.filter(\.0.isIdle).map(\.0.name)
            if !idle.isEmpty { lines.append(line("  idle: \(idle.joined(separator: ", "))", .faint)) }
            if let commits = figures.commits { lines.append(self.line(of: commits)) }
            return lines
        }
    }

    private func line(of tier: TierSummary) -> Line {
        let name = "\(tier.name)  \(tier.upCount) of \(tier.serverCount) up"
        let isWhole = tier.upCount == tier.serverCount
        return line(
            Self.text(name, tier.total),
            isWhole ? tier.total.errorRate > 0 ? .warning : .plain : .alarm)
    }

    private func title(_ name: String, _ figures: ServerView.Figures) -> String {
        var parts = [name]
        if let seconds = figures.upSeconds { parts.append("up \(Figure.span(seconds))") }
        parts.append("cpu \(Figure.count((figures.processors * 100).rounded())) %")
        if let bytes = figures.memoryBytes { parts.append("\(Figure.count((bytes / 1e6).rounded())) MB") }
        if let connections = figures.connections { parts.append("\(Figure.count(connections)) connections") }
        if figures.shedRate > 0 { parts.append("sheds \(Figure.count(figures.shedRate))/s") }
        if figures.isSinceStart { parts.append("(since its start)") }
        return parts.joined(separator: "  ")
    }

    private static let nameWidth = 26
    private static let columns = [
        ("/s", 8), ("sold out", 9), ("refused", 8), ("errors", 7), ("p50 ms", 8), ("p99 ms", 8), ("busy", 6),
    ]
    private static let heading =
        left("  served, > called", nameWidth) + columns.map { right($0.0, $0.1) }.joined()

    private func row(_ row: ServerView.OperationRow, mark: String) -> Line {
        line(Self.text("\(mark) \(row.name)", row), row.errorRate > 0 ? .warning : .plain)
    }

    /// Formats a name and its figures in the columns of the heading.
    private static func text(_ name: String, _ row: ServerView.OperationRow) -> String {
        let cells = [
            Figure.count(row.rate), Figure.count(row.soldOutRate), Figure.count(row.refusedRate),
            Figure.count(row.errorRate), Figure.millis(ofSeconds: row.p50), Figure.millis(ofSeconds: row.p99),
            Figure.count(row.inFlight),
        ]
        return left(name, nameWidth) + zip(cells, columns).map { right($0, $1.1) }.joined()
    }

    private func line(of commits: ServerView.CommitRow) -> Line {
        guard commits.takesUpdates else {
            return line("  commits stopped after a fault of the disk; it is being opened again", .alarm)
        }
        var text = "  commits \(Figure.count(commits.rate))/s  "
        text += "batch mean \(commits.batchMean.map { Figure.count($0) } ?? "-") "
        text += "p99 \(commits.batchP99.map { Figure.count($0.rounded()) } ?? "-")  "
        text +=
            "sync p50 \(Figure.millis(ofSeconds: commits.syncP50)) p99 \(Figure.millis(ofSeconds: commits.syncP99)) ms  "
        text += "waiting \(Figure.count(commits.waiting))"
        return line(text, .plain)
    }

    private func line(_ text: String, _ style: Style) -> Line {
        Line(text: text.count > width ? String(text.prefix(width - 1)) + "…" : text, style: style)
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        text.count < width ? String(repeating: " ", count: width - text.count) + text : " " + text
    }
}
