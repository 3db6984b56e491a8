internal import Foundation
internal import Model
internal import Monitoring

extension Receipt {
    /// Whether the purchase was made just now.
    func isNew(now: Date = Date()) -> Bool {
        .milliseconds(Timestamp(now).millis - time.millis) <= ShopLimits.newPurchaseAgeMax
    }
}
