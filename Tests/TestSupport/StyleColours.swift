import Foundation

/// The colours of a style sheet, from custom properties of `:root`, for light and for dark.
package struct StyleColours {
    /// A text colour with a possible background.
    package struct Pair: Hashable {
        /// The property of the text's colour, without its dashes.
        package let text: String
        /// The property of the colour behind it.
        package let ground: String

        /// Takes the parts as they are.
        package init(text: String, ground: String) {
            self.text = text
            self.ground = ground
        }
    }

    private struct Rule {
        let selector: String
        let isDark: Bool
        let isPrint: Bool
        var declarations: [String: String]
    }

    private let rules: [Rule]
    /// The properties in light and in dark.
    package let schemes: [(name: String, values: [String: String])]
    /// Colours of text or grounds that are not custom properties.
    package let unnamed: [String]

    /// Reads a sheet whose rules are at most one `@media` deep.
    package init(_ sheet: String) {
        var rules: [Rule] = []
        Self.read(sheet.replacing(#/\/\*.*?\*\//#.dotMatchesNewlines(), with: ""), media: "", into: &rules)
        self.rules = rules
        let properties = { (isDark: Bool) in
            rules.filter { $0.selector == ":root" && $0.isDark == isDark && !$0.isPrint }
                .flatMap { $0.declarations.filter { $0.key.hasPrefix("--") } }
                .reduce(into: [String: String]()) { $0[String($1.key.dropFirst(2))] = $1.value }
        }
        let light = properties(false)
        schemes = [("light", light), ("dark", light.merging(properties(true)) { $1 })]
        unnamed = rules.filter { !$0.isPrint }.flatMap { rule in
            [rule.declarations["color"], rule.declarations["background"]].compactMap { $0 }
                .filter { !$0.hasPrefix("var(--") && !["inherit", "transparent", "none"].contains($0) }
                .map { "\(rule.selector): \($0)" }
        }
    }

    /// Every possible pair of a page: from one rule, or text of a rule that names no ground on each
    /// ground that names no text.
    package var pairs: Set<Pair> {
        var pairs: Set<Pair> = []
        var texts: Set<String> = []
        var grounds: Set<String> = []
        for rule in rules where !rule.isPrint {
            let fill = rule.selector.contains("text") ? rule.declarations["fill"] : nil
            let text = Self.property(rule.declarations["color"] ?? fill)
            let ground = Self.property(rule.declarations["background"])
            switch (text, ground) {
            case (let text?, let ground?):
                pairs.insert(Pair(text: text, ground: ground))
                // The page itself is the ground of its parts.
                if rule.selector == "body" {
                    texts.insert(text)
                    grounds.insert(ground)
                }
            case (let text?, nil): texts.insert(text)
            case (nil, let ground?): grounds.insert(ground)
            case (nil, nil): break
            }
        }
        for text in texts { for ground in grounds { pairs.insert(Pair(text: text, ground: ground)) } }
        return pairs
    }

    /// Pairs whose contrast is below `least`, each with its scheme and ratio.
    package func faint(below least: Double) -> [String] {
        schemes.flatMap { scheme in
            pairs.compactMap { pair in
                guard let text = scheme.values[pair.text], let ground = scheme.values[pair.ground] else {
                    return "\(scheme.name): --\(pair.text) or --\(pair.ground) is not defined"
                }
                let ratio = Self.contrast(text, ground)
                return ratio < least
                    ? "\(scheme.name): \(pair.text) on \(pair.ground) has \(ratio) : 1" : nil
            }
        }.sorted()
    }

    /// The values of a property in the rules whose selector has `part`, by scheme.
    package func values(of property: String, where part: String, isDark: Bool) -> [String] {
        rules.filter { $0.selector.contains(part) && $0.isDark == isDark && !$0.isPrint }
            .compactMap { $0.declarations[property] }
    }

    /// The contrast of two colours `#rrggbb` (WCAG 2.2); 0 for anything else.
    package static func contrast(_ one: String, _ other: String) -> Double {
        guard let one = luminance(one), let other = luminance(other) else { return 0 }
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    private static func luminance(_ colour: String) -> Double? {
        let digits = colour.dropFirst()
        let long = digits.count == 3 ? digits.map { "\($0)\($0)" }.joined() : String(digits)
        guard colour.hasPrefix("#"), long.count == 6, let number = UInt32(long, radix: 16) else { return nil }
        let parts = [16, 8, 0].map { shift -> Double in
            let part = Double(number >> UInt32(shift) & 255) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    private static func property(_ value: String?) -> String? {
        value?.firstMatch(of: #/^var\(--([\w-]+)\)/#).map { String($0.1) }
    }

    private static func read(_ sheet: String, media: String, into rules: inout [Rule]) {
        var rest = sheet[...]
        while let open = rest.firstIndex(of: "{") {
            let selector = rest[..<open].trimmingCharacters(in: .whitespacesAndNewlines)
            var depth = 1
            var end = rest.index(after: open)
            while depth > 0, end < rest.endIndex {
                if rest[end] == "{" { depth += 1 }
                if rest[end] == "}" { depth -= 1 }
                end = rest.index(after: end)
            }
            let inner = String(rest[rest.index(after: open)..<rest.index(before: end)])
            rest = rest[end...]
            if selector.hasPrefix("@media") {
                read(inner, media: selector, into: &rules)
                continue
            }
            var declarations: [String: String] = [:]
            for declaration in inner.split(separator: ";") {
                let parts = declaration.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let name = parts[0].trimmingCharacters(in: .whitespacesAndNewlines)
                declarations[name] = parts[1].trimmingCharacters(in: .whitespacesAndNewlines)
            }
            rules.append(
                Rule(
                    selector: selector, isDark: media.contains("dark"), isPrint: media.contains("print"),
                    declarations: declarations))
        }
    }
}
