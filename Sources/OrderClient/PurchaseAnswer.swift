public import Model
public import TierHTTP

/// How a purchase is answered, by the order server and by the frontend alike.
public enum PurchaseAnswer {
    /// `{"result":"Success"}` or `{"result":"Failed"}`.
    public static func response(_ purchase: PurchaseOutcome) -> TierResponse {
        .result(isSuccess: purchase == .success)
    }
}
