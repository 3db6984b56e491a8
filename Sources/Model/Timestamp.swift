/// A moment, in milliseconds since 1970-01-01 00:00 UTC.
package struct Timestamp: Equatable, Sendable, CustomStringConvertible {
    /// The milliseconds.
    package let millis: Int64

    /// Takes milliseconds since 1970.
    package init(millis: Int64) { self.millis = millis }

    /// The day in UTC, counted from 1970-01-01.
    package var dayNumber: Int64 { Self.floorDivide(millis, 86_400_000).quotient }

    /// RFC 3339 in UTC with milliseconds, such as `2026-11-24T08:15:30.123Z`.
    package var description: String {
        let (second, fraction) = Self.floorDivide(millis, 1_000)
        let (day, ofDay) = Self.floorDivide(second, 86_400)
        let (hour, minute) = (ofDay / 3_600, ofDay / 60 % 60)
        return
            "\(Self.dayText(day))T\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(ofDay % 60)).\(Self.padded(fraction, 3))Z"
    }

    /// A day of ``dayNumber`` as `2026-11-24`. The civil calendar by counting from a first of March, after
    /// which a leap day is the last of its year.
    package static func dayText(_ dayNumber: Int64) -> String {
        let (era, dayOfEra) = floorDivide(dayNumber + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
