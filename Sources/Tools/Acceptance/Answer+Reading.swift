internal import Foundation
internal import NIOCore

extension Client.Answer {
    /// The item numbers of a search, in the answer's order; nil when it is no search's answer.
    var foundItems: [String]? {
        guard status == 200, let rows = result as? [[String: Any]] else { return nil }
        return rows.compactMap { $0["item_number"] as? String }
    }

    /// A lookup's fields as text, by name; nil when it is no lookup's answer.
    var bookFields: [String: String]? {
        guard status == 200, let book = result as? [String: Any] else { return nil }
        return book.mapValues { ($0 as? String) ?? ($0 as? NSNumber)?.stringValue ?? "?" }
    }

    /// `Success` or `Failed`; nil when it is no purchase's answer.
    var verdict: String? { status == 200 ? result as? String : nil }

    private var result: Any? {
        let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))
        return (object as? [String: Any])?["result"]
    }
}
