internal import Foundation
package import Model

/// The time zone of a shop: when its days begin, and what its clocks show.
package struct ShopZone: Hashable, Sendable {
    package static let utc = ShopZone(name: "UTC", zone: .gmt)

    /// Its name in the database of time zones, such as `Europe/Berlin`.
    package let name: String
    private let zone: TimeZone

    /// - Returns: nil for a name that this machine's database does not have.
    package init?(_ name: String) {
        if name == Self.utc.name {
            self = .utc
        } else {
            guard TimeZone.knownTimeZoneIdentifiers.contains(name), let zone = TimeZone(identifier: name)
            else {
                return nil
            }
            self.init(name: name, zone: zone)
        }
    }

    private init(name: String, zone: TimeZone) {
        self.name = name
        self.zone = zone
    }

    /// The moment at which a clock in UTC shows what a clock here shows at `time`.
    package func local(_ time: Timestamp) -> Timestamp {
        guard name != Self.utc.name else { return time }
        return Timestamp(millis: time.millis + offsetMillis(at: time.millis))
    }

    /// What clocks here are ahead of UTC.
    package func offsetMillis(at millis: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(millis) / 1000))) * 1000
    }

    /// For people: `24 November 2026, 09:15 CET`.
    package func words(_ time: Timestamp) -> String {
        guard name != Self.utc.name else { return time.words }
        let date = Date(timeIntervalSince1970: Double(time.millis) / 1000)
        return local(time).words.dropLast("UTC".count) + (zone.abbreviation(for: date) ?? name)
    }
}
