package import Model
package import TierHTTP

/// How a purchase is answered, by the order server and by the frontend alike.
package enum PurchaseAnswer {
    /// `{"result":"Success"}` or `{"result":"Failed"}`.
    package static func response(_ purchase: PurchaseOutcome) -> TierResponse {
        .result(isSuccess: purchase == .success)
    }
}
