internal import Model
internal import NIOHTTP1
internal import TierHTTP

extension Route {
    /// The example of its description as a line for a shell; of a route that needs nothing, its plain address.
    ///
    /// - Parameter port: where the tier usually listens; nil for one that has no usual place.
    func exampleLine(port: Int?) -> String {
        let example = doc?.example ?? RouteDoc.Example()
        var words = ["curl"]
        if isGuarded { words.append(#"-H "Authorization: Bearer $TOKEN""#) }
        if example.isSignedIn { words.append(#"-H "\#(SessionSecret.field): $SESSION""#) }
        if let key = example.key { words.append("-H 'Idempotency-Key: \(key)'") }
        if let body = example.body {
            words.append("-H 'Content-Type: \(doc?.body?.contentType ?? "application/json")'")
            words.append("--data-binary '\(body)'")
        } else if methods.contains(.POST) {
            words.append("-X POST")
        }
        words.append("'127.0.0.1:\(port ?? 8000)/\(name)\(example.query.map { "?" + $0 } ?? "")'")
        return words.joined(separator: " ")
    }
}
