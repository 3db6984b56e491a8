internal import ArgumentParser

/// Finds commands by their names, suggests names for mistyped ones, and describes their usage.
enum CommandTree {
    /// A word in the place of a command that is not a command.
    struct Mistyped: CustomStringConvertible {
        let word: String
        /// The command without such a subcommand.
        let group: any ParsableCommand.Type
        /// The full commands that may be meant.
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

    /// The most suggestions.
    private static let suggestionCountMax = 3

    /// The mistyped command in this process' command line; nil when its commands are valid.
    static var mistyped: Mistyped? { mistyped(in: Array(CommandLine.arguments.dropFirst())) }

    /// Returns the first word of `arguments` in the place of a command that is not a command.
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

    /// Returns commands of the group with a similar name. Without any, it returns commands of all groups with
    /// this name or a similar one.
    private static func suggestions(for word: String, in group: any ParsableCommand.Type) -> [String] {
        let near = { (names: [[String]]) -> [String] in
            let distances = names.map { ($0, distance(word, $0.last ?? "")) }
            let least = distances.map(\.1).min() ?? .max
            // One typing error is allowed for every three letters, and at least one.
            guard least <= max(1, word.count / 3) else { return [] }
            return distances.filter { $0.1 == least }.prefix(suggestionCountMax)
                .map { (["bookstore"] + $0.0).joined(separator: " ") }
        }
        let base = path(to: group) ?? []
        let own = near(group.configuration.subcommands.map { base + [name(of: $0)] })
        return own.isEmpty ? near(paths(below: Bookstore.self)) : own
    }

    /// Describes the usage of a command and refers to its help.
    static func usage(of command: any ParsableCommand.Type) -> String {
        let path = (["bookstore"] + (path(to: command) ?? [])).joined(separator: " ")
        let usage = Bookstore.usageString(for: command)
        return "Usage: \(usage)\n  See '\(path) --help' for more information."
    }

    /// Returns the words after `bookstore` that call a command; empty for the root.
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

    /// The least number of letters to add, remove, replace or swap with their neighbour (optimal string
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
