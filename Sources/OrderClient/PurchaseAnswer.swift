public import CatalogClient
public import Model
public import TierHTTP

/// How a purchase is answered, by the order server and by the frontend alike.
public enum PurchaseAnswer {
    /// `{"result":"Success"}` or `{"result":"Failed"}`, with the times of the tiers behind.
    public static func response(_ purchase: Timed<PurchaseOutcome>) -> TierResponse {
        var response = TierResponse.result(isSuccess: purchase.value == .success)
        if !purchase.timing.isEmpty { response.fields.append(("server-timing", purchase.timing)) }
        return response
    }
}
