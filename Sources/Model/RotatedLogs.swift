/// A log and the files that log rotation has made of it.
package struct RotatedLogs: Sendable, Equatable {
    /// Something in the way of reading all of them.
    package struct Obstacle: Equatable {
        /// The file.
        package let name: String
        /// What is wrong with it, and what to do.
        package let reason: String
    }

    /// What the names of packed files end in.
    package static let packedSuffixes = [".gz", ".xz", ".bz2", ".zst"]

    /// The files' names, oldest first: `name.2.gz`, `name.1`, `name` or `name-20261123`, `name`.
    package let names: [String]
    /// A number that is left out, up to the current file, or files whose order is unclear; nil
    /// when there is nothing of the kind. The oldest may be gone, as rotation deletes them.
    package let obstacle: Obstacle?
    /// Files beside the log that have its name and one more part but are not rotated logs: they are not read.
    package let unread: [String]

    /// Finds the log's files among the names in its folder.
    package init(of name: String, among all: [String]) {
        var numbered: [Int: String] = [:]
        var dated: [(stamp: RotationStamp, file: String)] = []
        var unread: [String] = []
        var undated: String?
        for file in all.sorted() where file != name && file.hasPrefix(name) {
            let plain = Self.plain(file)
            if plain != file, all.contains(plain) { continue }
            let rest = plain.dropFirst(name.count)
            if let number = Self.number(rest) {
                numbered[number] = file
            } else if let stamp = RotationStamp(rest) {
                dated.append((stamp, file))
            } else if RotationStamp.looksLikeOne(rest) {
                undated = undated ?? file
            } else if let mark = file.dropFirst(name.count).first, "-._~".contains(mark), !Self.isOwn(rest) {
                unread.append(file)
            }
        }
        dated.sort { $0.stamp.precedes($1.stamp) }
        let numbers = numbered.keys.sorted(by: >)
        let current = all.contains(name) ? [name] : []
        names = numbers.compactMap { numbered[$0] } + dated.map(\.file) + current
        self.unread = unread
        obstacle =
            Self.gap(name, numbers, numbered) ?? Self.confusion(name, numbered[numbers.first ?? 0], dated)
            ?? undated.map {
                Obstacle(
                    name: $0, reason: "does not say by its name when it was rotated; \(Self.remedy(name))")
            }
    }

    /// Whether the current file is missing behind those that rotation made: it may not have been made yet, or be lost.
    package func lacksCurrent(_ name: String) -> Bool { !names.isEmpty && names.last != name }

    private static func plain(_ file: String) -> String {
        let suffix = packedSuffixes.first { file.hasSuffix($0) }
        return suffix.map { String(file.dropLast($0.count)) } ?? file
    }

    /// A draft of the log, or one that did not fit its database and was put aside.
    private static func isOwn(_ rest: Substring) -> Bool { rest == ".new" || rest.hasPrefix(".aside-") }

    /// The number of `.12`. A longer one is a date.
    private static func number(_ rest: Substring) -> Int? {
        guard rest.first == ".", rest.count < 8, let number = Int(rest.dropFirst()), number >= 0,
            String(number) == rest.dropFirst()
        else { return nil }
        return number
    }

    private static func gap(_ name: String, _ numbers: [Int], _ files: [Int: String]) -> Obstacle? {
        let pair = zip(numbers, numbers.dropFirst() + [0]).first { $0 - 1 > $1 }
        guard let (before, after) = pair else { return nil }
        let missing = "\(name).\(before - 1)"
        // Rotation begins with 1; with 0 where it is set up so.
        let next = files[after] ?? name
        return Obstacle(
            name: missing,
            reason: "is missing between \(files[before] ?? missing) and \(next); bring it back")
    }

    private static func confusion(
        _ name: String, _ numbered: String?, _ dated: [(stamp: RotationStamp, file: String)]
    ) -> Obstacle? {
        if let numbered, let first = dated.first {
            return Obstacle(
                name: first.file,
                reason:
                    "has a date and \(numbered) a number, so which is the older cannot be told; \(remedy(name))"
            )
        }
        let pair = zip(dated, dated.dropFirst()).first { !$0.stamp.isClearly(before: $1.stamp) }
        return pair.map { before, after in
            Obstacle(
                name: after.file,
                reason: "is of the same time as \(before.file) by its name; \(remedy(name))")
        }
    }

    private static func remedy(_ name: String) -> String {
        "rename the rotated logs to \(name).1 (the newest), \(name).2 and so on"
    }
}

/// The time in a rotated log's name, as logrotate's `dateext` and `dateformat` write it: `-20261101`,
/// `-2026-11-01`, `-2026110113`, `-20261101-1672531200`, `-1672531200` and the like.
struct RotationStamp: Equatable {
    /// Year, month, day.
    private var date: [Int]
    /// What follows: hours, minutes, seconds, or the seconds since 1970, as far as the name has them.
    private var rest: [Int] = []

    /// - Returns: nil if `text` is not one.
    init?(_ text: Substring) {
        guard Self.looksLikeOne(text) else { return nil }
        var groups = text.dropFirst().split(whereSeparator: { !("0"..."9").contains($0) })[...]
        guard let first = groups.popFirst() else { return nil }
        if first.count == 4, groups.count >= 2 {
            let parts = [first] + groups.prefix(2)
            guard parts.dropFirst().allSatisfy({ $0.count == 2 }) else { return nil }
            date = parts.compactMap { Int($0) }
            groups = groups.dropFirst(2)
        } else if [8, 10, 12, 14].contains(first.count), let found = Self.date(first.prefix(8)) {
            date = found
            rest = Self.pairs(first.dropFirst(8))
        } else if first.count == Self.epochDigitCount, groups.isEmpty, let seconds = Int64(first) {
            let moment = Timestamp(millis: seconds * 1000)
            date = Timestamp.dayText(moment.dayNumber).split(separator: "-").compactMap { Int($0) }
            rest = [Int(seconds)]
        } else {
            return nil
        }
        guard Self.isDate(date) else { return nil }
        for group in groups {
            guard let number = Int(group), group.count <= Self.epochDigitCount else { return nil }
            rest += group.count == Self.epochDigitCount ? [number] : Self.pairs(group)
        }
    }

    /// Whether a name goes on with a separator and digits, as rotation makes them.
    static func looksLikeOne(_ text: Substring) -> Bool {
        guard let mark = text.first, "-._".contains(mark), let digit = text.dropFirst().first,
            ("0"..."9").contains(digit)
        else { return false }
        return text.allSatisfy { ("0"..."9").contains($0) || "-._:T".contains($0) }
    }

    /// The order of their numbers.
    func precedes(_ other: RotationStamp) -> Bool {
        (date + rest).lexicographicallyPrecedes(other.date + other.rest)
    }

    /// Whether the names show that this one is older: within one day, only names of one form do.
    func isClearly(before other: RotationStamp) -> Bool {
        date != other.date || rest.count == other.rest.count && rest != other.rest
    }

    private static let epochDigitCount = 10

    private static func date(_ digits: Substring) -> [Int]? {
        let date = [Int(digits.prefix(4)), Int(digits.dropFirst(4).prefix(2)), Int(digits.suffix(2))]
        let found = date.compactMap(\.self)
        return isDate(found) ? found : nil
    }

    /// Years before 2000 are taken for the first digits of seconds since 1970.
    private static func isDate(_ date: [Int]) -> Bool {
        date.count == 3 && (2000...9999).contains(date[0]) && (1...12).contains(date[1])
            && (1...31).contains(date[2])
    }

    private static func pairs(_ digits: Substring) -> [Int] {
        stride(from: 0, to: digits.count, by: 2).compactMap { Int(digits.dropFirst($0).prefix(2)) }
    }
}
