internal import Model
package import NIOCore

/// Reads `{"result":"Success"}` and `{"result":"Failed"}`.
package enum ResultBody {
    /// Whether the body says `Success`; nil when it is neither answer.
    package static func isSuccess(_ body: ByteBuffer) -> Bool? {
        // Our own tiers send exactly these bytes; other programs may add blanks.
        if body == TierResponse.successBody { return true }
        if body == TierResponse.failedBody { return false }
        switch (try? JSONReader.value(in: body))?.members?["result"]?.text {
        case "Success": return true
        case "Failed": return false
        default: return nil
        }
    }
}
