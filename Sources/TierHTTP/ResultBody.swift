internal import Foundation
public import NIOCore

/// Reads `{"result":"Success"}` and `{"result":"Failed"}`.
public enum ResultBody {
    /// Whether the body says `Success`; nil when it is neither answer.
    public static func isSuccess(_ body: ByteBuffer) -> Bool? {
        // Our own tiers send exactly these bytes; other programs may add blanks.
        if body == TierResponse.successBody { return true }
        if body == TierResponse.failedBody { return false }
        let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))
        switch (object as? [String: Any])?["result"] as? String {
        case "Success": return true
        case "Failed": return false
        default: return nil
        }
    }
}
