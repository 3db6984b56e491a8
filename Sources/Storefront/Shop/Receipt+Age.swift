internal import Foundation
internal import Model
internal import Monitoring

extension Receipt {
    /// Whether the purchase was made just now.
    func isNew(now: Date = Date()) -> Bool { time.isNew(now: now) }
}

extension PlacedOrder {
    /// Whether it was made just now, and nothing happened to it since.
    func isNew(now: Date = Date()) -> Bool { state == .placed && time.isNew(now: now) }
}

extension Timestamp {
    fileprivate func isNew(now: Date) -> Bool {
        .milliseconds(Timestamp(now).millis - millis) <= ShopLimits.newPurchaseAgeMax
    }
}
