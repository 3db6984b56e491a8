internal import ArgumentParser

/// The commands by their names: which one was meant, and how each is used.
enum CommandTree {
    /// A word in the place of a command.
    struct Mistyped: CustomStringConvertible {
        let word: String
        /// The command that has no such subcommand.
        let group: any ParsableCommand.Type
        /// The commands that it may be meant for, whole.
        let suggestions: [String]

        var description: String {
            let path = (["bookstore"] + (CommandTree.path(to: group) ?? [])).joined(separator: " ")
            let fault = "'\(path)' has no command '\(word)'."
            guard let last = suggestions.last else {
                return fault + " '\(path) --help' lists its commands."
            }
            let others = suggestions.dropLast().map { "'\($0)'" }
            let names = (others + ["'\(last)'"]).joined(separator: " or ")
            return fault + " Did you mean \(names)?"
        }
    }

    /// Suggestions that are named, at most.
    private static let suggestionCountMax = 3

    /// What is mistyped in this process' command line; nil when its commands are right.
    static var mistyped: Mistyped? { mistyped(in: Array(CommandLine.arguments.dropFirst())) }

    /// The first word of `arguments` in the place of a command that is not one.
    static func mistyped(in arguments: [String]) -> Mistyped? {
        var group: any ParsableCommand.Type = Bookstore.self
        for word in arguments {
            let commands = group.configuration.subcommands
            guard !commands.isEmpty, !word.hasPrefix("-"), !isHelp(word, of: group) else { return nil }
            if let command = commands.first(where: { name(of: $0) == word }) {
                group = command
                continue
            }
            return Mistyped(word: word, group: group, suggestions: suggestions(for: word, in: group))
        }
        return nil
    }

    private static func isHelp(_ word: String, of group: any ParsableCommand.Type) -> Bool {
        group == Bookstore.self && word == "help"
    }

    /// Commands of the group with a similar name; where there is none, commands anywhere of this very name or a
    /// similar one.
    private static func suggestions(for word: String, in group: any ParsableCommand.Type) -> [String] {
        let near = { (names: [[String]]) -> [String] in
            let distances = names.map { ($0, distance(word, $0.last ?? "")) }
            let least = distances.map(\.1).min() ?? .max
            // A typing error in three letters is one, in a longer word it may be two.
            guard least <= max(1, word.count / 3) else { return [] }
            return distances.filter { $0.1 == least }.prefix(suggestionCountMax)
                .map { (["bookstore"] + $0.0).joined(separator: " ") }
        }
        let base = path(to: group) ?? []
        let own = near(group.configuration.subcommands.map { base + [name(of: $0)] })
        return own.isEmpty ? near(paths(below: Bookstore.self)) : own
    }

    /// How a command is used, and where there is more.
    static func usage(of command: any ParsableCommand.Type) -> String {
        let path = (["bookstore"] + (path(to: command) ?? [])).joined(separator: " ")
        let usage = Bookstore.usageString(for: command)
        return "Usage: \(usage)\n  See '\(path) --help' for more information."
    }

    /// The words behind `bookstore` that call a command; empty for the root.
    static func path(to command: any ParsableCommand.Type) -> [String]? {
        path(to: command, below: Bookstore.self)
    }

    private static func path(
        to command: any ParsableCommand.Type, below group: any ParsableCommand.Type
    ) -> [String]? {
        if command == group { return [] }
        for child in group.configuration.subcommands {
            if let rest = path(to: command, below: child) { return [name(of: child)] + rest }
        }
        return nil
    }

    private static func paths(below group: any ParsableCommand.Type) -> [[String]] {
        group.configuration.subcommands.flatMap { child in
            [[name(of: child)]] + paths(below: child).map { [name(of: child)] + $0 }
        }
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? ""
    }

    /// The least number of letters to add, leave out, replace or swap with their neighbour (optimal string
    /// alignment).
    static func distance(_ one: String, _ other: String) -> Int {
        let (left, right) = (Array(one), Array(other))
        var rows = [Array(0...right.count)]
        for (index, letter) in left.enumerated() {
            var row = [index + 1]
            for (column, wanted) in right.enumerated() {
                var least = min(rows[index][column + 1], row[column]) + 1
                least = min(least, rows[index][column] + (letter == wanted ? 0 : 1))
                if index > 0, column > 0, letter == right[column - 1], left[index - 1] == wanted {
                    least = min(least, rows[index - 1][column - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
