/// Numbers as people read them.
package enum Figure {
    /// With so many digits after the point, rounded as C's `printf` does: by the exact binary value, ties to even.
    package static func fixed(_ value: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = value.magnitude * scale
        // Beyond, a double has no such digits, and an integer no room.
        guard scaled < 0x1p62 else { return "\(value)" }
        var whole = scaled.rounded(.down)
        // What the multiplication has rounded off decides where it came out at a half.
        let rest = (-scaled).addingProduct(value.magnitude, scale)
        let half = scaled - whole - 0.5
        let isOdd = whole.truncatingRemainder(dividingBy: 2) == 1
        if half > 0 || half == 0 && (rest > 0 || rest == 0 && isOdd) { whole += 1 }
        let text = String(Int64(whole))
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.utf8.count)) + text
        let sign = value.sign == .minus ? "-" : ""
        return sign + padded.dropLast(digits) + (digits > 0 ? "." + padded.suffix(digits) : "")
    }

    /// With a comma between thousands.
    package static func grouped(_ value: some BinaryInteger) -> String {
        var digits = String(value.magnitude)[...]
        var groups: [Substring] = []
        while digits.utf8.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// Milliseconds with three significant digits: `0.213`, `1.32`, `48.1`, `1,204`.
    package static func millis(_ value: Double) -> String {
        switch value {
        case ..<0.9995: fixed(value, digits: 3)
        case ..<9.995: fixed(value, digits: 2)
        case ..<99.95: fixed(value, digits: 1)
        default: rounded(value)
        }
    }

    /// The same of seconds; `-` for what is not known.
    package static func millis(ofSeconds seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "-" }
        return millis(seconds * 1_000)
    }

    /// A rate: whole from 100 on.
    package static func rate(_ value: Double) -> String {
        value < 100 ? fixed(value, digits: 1) : rounded(value)
    }

    /// A number of things: `24,031`; below 10 with a decimal, `0.5`, unless it is whole; `<0.1` for what would look
    /// like nothing; `-` for what is not known.
    package static func count(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        if value > 0, value < 0.05 { return "<0.1" }
        if value < 9.95, value != value.rounded() { return fixed(value, digits: 1) }
        return rounded(value)
    }

    /// A share as a percentage.
    package static func percent(_ share: Double) -> String {
        fixed(share * 100, digits: share < 0.0995 ? 1 : 0) + " %"
    }

    /// `10 s`, `2 min`, as a person would say it.
    package static func seconds(_ value: Double) -> String {
        value >= 120 && value.truncatingRemainder(dividingBy: 60) == 0
            ? "\(Int(value / 60)) min"
            : "\(value == value.rounded() ? fixed(value, digits: 0) : "\(value)") s"
    }

    /// A time span by its two largest units: `45 s`, `12 m 5 s`, `3 h 20 m`, `2 d 4 h`.
    package static func span(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e9))
        let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) m" }
        return minutes > 0 ? "\(minutes) m \(whole % 60) s" : "\(whole) s"
    }

    private static func rounded(_ value: Double) -> String {
        guard value.magnitude < 0x1p62 else { return "\(value)" }
        return grouped(Int64(value.rounded()))
    }
}
