internal import Foundation

/// Numbers as reports write them.
enum Figure {
    /// With so many digits after the point.
    static func fixed(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", value) }

    /// Milliseconds with three significant digits: `0.213`, `1.32`, `48.1`, `1,204`.
    static func millis(_ value: Double) -> String {
        switch value {
        case ..<1: fixed(value, digits: 3)
        case ..<10: fixed(value, digits: 2)
        case ..<100: fixed(value, digits: 1)
        default: grouped(Int(value.rounded()))
        }
    }

    /// A rate: whole from 100 on.
    static func rate(_ value: Double) -> String {
        value < 100 ? fixed(value, digits: 1) : grouped(Int(value.rounded()))
    }

    /// Without digits that say nothing: `0.25`, `12`.
    static func short(_ value: Double) -> String {
        String(format: "%.6g", value)
    }

    /// With a comma between thousands.
    static func grouped(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(abs(value)).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + String(text.reversed())
    }

    /// A share as a percentage.
    static func percent(_ share: Double) -> String {
        fixed(share * 100, digits: share < 0.0995 ? 1 : 0) + " %"
    }

    /// `10 s`, `2 min`, as a person would say it.
    static func seconds(_ value: Double) -> String {
        value >= 120 && value.truncatingRemainder(dividingBy: 60) == 0
            ? "\(Int(value / 60)) min"
            : "\(value == value.rounded() ? fixed(value, digits: 0) : "\(value)") s"
    }
}
