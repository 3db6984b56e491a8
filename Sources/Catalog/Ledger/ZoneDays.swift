internal import Model
internal import StoreAPI

/// The days of many moments in one time zone. Zones change their offset at full hours of UTC, or at quarters of them, so
/// one offset serves all moments of a quarter.
struct ZoneDays {
    private static let quarterMillis: Int64 = 15 * 60 * 1000
    private let zone: ShopZone
    private var quarter: Int64?
    private var offset: Int64 = 0

    init(_ zone: ShopZone) { self.zone = zone }

    /// The day there, counted as ``Model/Timestamp/dayNumber`` is.
    mutating func day(of time: Timestamp) -> Int64 {
        let now = time.millis / Self.quarterMillis
        if now != quarter {
            quarter = now
            offset = zone.local(time).millis - time.millis
        }
        return Timestamp(millis: time.millis + offset).dayNumber
    }
}
