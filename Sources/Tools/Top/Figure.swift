internal import Foundation

/// Numbers as people read them.
enum Figure {
    /// A number of things: `24,031`; below 10 with a decimal, `0.5`, unless it is whole;
    /// `<0.1` for what would look like nothing.
    static func count(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        if value > 0, value < 0.05 { return "<0.1" }
        if value < 9.95, value != value.rounded() { return fixed(value, decimals: 1) }
        return grouped(value.rounded())
    }

    /// Seconds as milliseconds with three digits that say something: `0.084`, `1.61`, `12.3`, `4,512`; `-` for
    /// none.
    static func millis(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "-" }
        let millis = seconds * 1_000
        switch millis {
        case ..<0.9995: return fixed(millis, decimals: 3)
        case ..<9.995: return fixed(millis, decimals: 2)
        case ..<99.95: return fixed(millis, decimals: 1)
        default: return grouped(millis.rounded())
        }
    }

    /// A time span by its two largest units: `45 s`, `12 m 5 s`, `3 h 20 m`, `2 d 4 h`.
    static func span(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e9))
        let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) m" }
        return minutes > 0 ? "\(minutes) m \(whole % 60) s" : "\(whole) s"
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }

    private static func grouped(_ value: Double) -> String {
        let digits = String(format: "%.0f", value)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0, digits.first != "-" || index > 1 { text += "," }
            text.append(digit)
        }
        return text
    }
}
