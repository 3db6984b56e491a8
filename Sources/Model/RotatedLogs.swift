/// A log and the files that log rotation has made of it.
public struct RotatedLogs: Sendable, Equatable {
    /// Something in the way of reading all of them.
    public struct Obstacle: Error, Equatable {
        /// The file.
        public let name: String
        /// What is wrong with it, and what to do.
        public let reason: String
    }

    private static let packedSuffixes = [".gz", ".xz", ".bz2", ".zst"]

    /// The files' names, oldest first: `name.2`, `name.1`, `name` or `name-20261123`, `name`.
    public let names: [String]
    /// A file that is there in packed form only, or a number that is left out; nil when there is none. The
    /// oldest may be gone, as rotation deletes them.
    public let obstacle: Obstacle?

    /// Finds the log's files among the names in its folder.
    public init(of name: String, among all: [String]) {
        let numbered = all.compactMap { file in
            Self.number(file, prefix: name + ".").map { (number: $0, file: file) }
        }.sorted { $0.number > $1.number }
        let dated = all.filter { Self.number($0, prefix: name + "-") != nil }.sorted()
        names = numbered.map(\.file) + dated + (all.contains(name) ? [name] : [])
        let packed = all.sorted().first { file in
            let suffix = Self.packedSuffixes.first { file.hasSuffix($0) }
            guard let suffix else { return false }
            let plain = String(file.dropLast(suffix.count))
            return !all.contains(plain)
                && (Self.number(plain, prefix: name + ".") ?? Self.number(plain, prefix: name + "-")) != nil
        }
        let gap = zip(numbered, numbered.dropFirst()).first { $0.number - 1 > $1.number }
        if let packed {
            obstacle = Obstacle(name: packed, reason: "is packed; unpack it, so that it can be read")
        } else if let (before, after) = gap {
            obstacle = Obstacle(
                name: "\(name).\(before.number - 1)",
                reason: "is missing between \(before.file) and \(after.file); bring it back")
        } else {
            obstacle = nil
        }
    }

    private static func number(_ file: String, prefix: String) -> Int? {
        guard file.hasPrefix(prefix) else { return nil }
        let digits = file.dropFirst(prefix.count)
        return digits.allSatisfy { ("0"..."9").contains($0) } ? Int(digits) : nil
    }
}
