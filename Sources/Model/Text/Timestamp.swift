/// A moment, in milliseconds since 1970-01-01 00:00 UTC.
package struct Timestamp: Equatable, Sendable, TextCodable {
    package let millis: Int64

    package init(millis: Int64) { self.millis = millis }

    /// Reads RFC 3339 in UTC, such as `2026-11-24T08:15:30.123Z`; a fraction may be missing.
    package init?(parsing text: String) {
        let parts = text.split(omittingEmptySubsequences: false) { "-T:.Z".contains($0) }
        guard text.hasSuffix("Z"), (7...8).contains(parts.count), parts.last?.isEmpty == true else {
            return nil
        }
        let numbers = parts.dropLast().compactMap { Decimal.digits($0.utf8, digitCountMax: 4) }
        guard numbers.count == parts.count - 1, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]),
            parts.count == 7 || parts[6].utf8.count == 3
        else { return nil }
        let day = Self.dayNumber(year: numbers[0], month: numbers[1], day: numbers[2])
        let second = (day * 24 + numbers[3]) * 3_600 + numbers[4] * 60 + numbers[5]
        self.init(millis: second * 1_000 + (numbers.count > 6 ? numbers[6] : 0))
    }

    /// The day in UTC, counted from 1970-01-01.
    package var dayNumber: Int64 { Self.floorDivide(millis, 86_400_000).quotient }

    /// RFC 3339 in UTC with milliseconds, such as `2026-11-24T08:15:30.123Z`.
    package var description: String {
        let fraction = Self.floorDivide(millis, 1_000).remainder
        return "\(untilSecond).\(Self.padded(fraction, 3))Z"
    }

    /// RFC 3339 in UTC without a fraction, such as `2026-11-24T08:15:30Z`.
    package var secondText: String { untilSecond + "Z" }

    /// For people: `24 November 2026, 08:15 UTC`.
    package var words: String {
        let (year, month, day) = Self.date(dayNumber)
        return "\(day) \(Self.months[Int(month) - 1]) \(year), \(untilSecond.dropFirst(11).prefix(5)) UTC"
    }

    /// A day of ``dayNumber`` as `2026-11-24`.
    package static func dayText(_ dayNumber: Int64) -> String {
        let (year, month, day) = date(dayNumber)
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
    }

    private var untilSecond: String {
        let (day, ofDay) = Self.floorDivide(Self.floorDivide(millis, 1_000).quotient, 86_400)
        let (hour, minute) = (ofDay / 3_600, ofDay / 60 % 60)
        return
            "\(Self.dayText(day))T\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(ofDay % 60))"
    }

    /// The civil calendar by counting from a first of March, after which a leap day is the last of its year.
    private static func date(_ dayNumber: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(dayNumber + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The same the other way round.
    private static func dayNumber(year: Int64, month: Int64, day: Int64) -> Int64 {
        let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
