internal import Model

/// The whole store on one screen: a pure function from what is known of the servers to lines of text.
public struct TopScreen {
    /// How a line is to stand out.
    public enum Style: Sendable {
        /// As any other.
        case plain
        /// A server's own line.
        case title
        /// Headings, and what is of less weight.
        case faint
        /// Something fails.
        case warning
        /// A server is down.
        case alarm
    }

    /// One line, not wider than the screen.
    public struct Line: Sendable, Equatable {
        /// What it says.
        public let text: String
        /// How it stands out.
        public let style: Style
    }

    /// Columns of the terminal.
    public let width: Int
    /// Its rows.
    public let height: Int

    /// A screen of this size.
    public init(width: Int, height: Int) {
        self.width = max(20, width)
        self.height = max(4, height)
    }

    /// The screen's lines, at most ``height``.
    public func lines(_ views: [ServerView], time: String, intervalSeconds: Double) -> [Line] {
        let upCount = views.count(where: \.isUp)
        var lines = [
            line(
                "My Book Store  \(time)  every \(Figure.count(intervalSeconds)) s  "
                    + "\(upCount) of \(views.count) servers up  q ends", .faint)
        ]
        for view in views {
            lines.append(line("", .plain))
            lines += self.lines(of: view)
        }
        guard lines.count > height else { return lines }
        let hidden = lines.count - height + 1
        return lines.prefix(height - 1) + [line("… \(hidden) more lines: make the window taller", .faint)]
    }

    private func lines(of view: ServerView) -> [Line] {
        let name = "\(view.tier.rawValue) \(view.address)"
        switch view.state {
        case .down(let reason): return [line("\(name)  DOWN  \(reason)", .alarm)]
        case .up(let figures):
            var lines = [line(title(name, figures), .title)]
            if !figures.served.isEmpty || !figures.called.isEmpty {
                lines.append(line(Self.heading, .faint))
                lines += figures.served.map { row($0, mark: " ") }
                lines += figures.called.map { row($0, mark: ">") }
            }
            if let commits = figures.commits { lines.append(self.line(of: commits)) }
            return lines
        }
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
        let cells = [
            Figure.count(row.rate), Figure.count(row.soldOutRate), Figure.count(row.refusedRate),
            Figure.count(row.errorRate), Figure.millis(row.p50), Figure.millis(row.p99),
            Figure.count(row.inFlight),
        ]
        let figures = zip(cells, Self.columns).map { Self.right($0, $1.1) }.joined()
        let text = Self.left("\(mark) \(row.name)", Self.nameWidth) + figures
        return line(text, row.errorRate > 0 ? .warning : .plain)
    }

    private func line(of commits: ServerView.CommitRow) -> Line {
        guard commits.takesUpdates else {
            return line("  commits stopped after a fault of the disk; it is being opened again", .alarm)
        }
        var text = "  commits \(Figure.count(commits.rate))/s  "
        text += "batch mean \(commits.batchMean.map { Figure.count($0) } ?? "-") "
        text += "p99 \(commits.batchP99.map { Figure.count($0.rounded()) } ?? "-")  "
        text += "sync p50 \(Figure.millis(commits.syncP50)) p99 \(Figure.millis(commits.syncP99)) ms  "
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
