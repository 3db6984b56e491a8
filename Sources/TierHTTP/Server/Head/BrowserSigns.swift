internal import NIOHTTP1

/// What a browser says of where a request comes from, by fields that no page can set or take away (Fetch
/// Metadata; Origin, RFC 6454). A program says nothing of the kind and is always let through.
package struct BrowserSigns: Sendable {
    /// From where a request may come that changes something.
    package enum Reach: Sendable {
        /// From the server's own pages, from other servers of its site, from the address line; the tiers'.
        case site
        /// From the server's own pages and the address line; the web shop's, whose forms nobody else has.
        case origin
    }

    private var site: String?
    private var origin: String?
    /// Whether a field is there twice, which no browser does.
    private var isDoubled = false
    private var isPrefetch = false

    /// Signs of a request that has none.
    package init() {}

    /// Takes one field of the request's head; the name in any case.
    package mutating func note(_ name: String, _ value: String) {
        switch name.utf8.count {
        case 5 where name.isField("x-moz"), 7 where name.isField("purpose"),
            9 where name.isField("x-purpose"), 11 where name.isField("sec-purpose"):
            let purpose = value.withoutOuterBlanks.lowercased()
            // Such as "prefetch", "prefetch;prerender" and Safari's "preview".
            isPrefetch = isPrefetch || purpose.hasPrefix("pre")
        case 6 where name.isField("origin"):
            isDoubled = isDoubled || origin != nil
            origin = value
        case 14 where name.isField("sec-fetch-site"):
            isDoubled = isDoubled || site != nil
            site = value
        default: break
        }
    }

    /// Why a request with these signs must change nothing and read nothing that is guarded; nil when it may.
    ///
    /// - Parameter host: the host that the request is for.
    package func refusal(host: RequestHost?, reach: Reach) -> Problem? {
        if isPrefetch {
            return Problem(
                .forbidden, "this is not done ahead of time: the browser asks for it as a prefetch")
        }
        guard isDoubled || isForeign(host: host, reach: reach) else { return nil }
        return Problem(.forbidden, "the request was sent by a page of another site")
    }

    private func isForeign(host: RequestHost?, reach: Reach) -> Bool {
        if let site {
            switch site.withoutOuterBlanks {
            case "same-origin", "none": return false
            case "same-site": return reach == .origin
            default: return true
            }
        }
        guard let origin else { return false }
        return !Self.isOwn(origin.withoutOuterBlanks, host: host)
    }

    /// Whether an origin (`scheme://host:port`, or `null`) is that of the host. A proxy in front may speak TLS
    /// where we do not, so the scheme does not count but for the port that goes without saying.
    private static func isOwn(_ origin: Substring, host: RequestHost?) -> Bool {
        let parts = origin.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let host, let own = RequestHost(parts[1]) else { return false }
        let usualPort: UInt16? = ["http": 80, "https": 443][parts[0].lowercased()]
        return own.name.lowercased() == host.name.lowercased()
            && own.port ?? usualPort == host.port ?? usualPort
    }
}

extension String {
    /// Whether this is the field name `name`, which is in lower case.
    func isField(_ name: StaticString) -> Bool {
        let bytes = utf8.span
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] | 0x20 != name.utf8Start[index] { return false }
        return true
    }

    /// Without blanks and tabs at both ends, which belong to no field's value (RFC 9110, 5.5).
    var withoutOuterBlanks: Substring { self[...].withoutOuterBlanks }
}

extension Substring {
    /// Without blanks and tabs at both ends, which belong to no field's value (RFC 9110, 5.5).
    var withoutOuterBlanks: Substring {
        let span = utf8.span
        var start = 0
        var end = span.count
        while start < end, span[start] == 0x20 || span[start] == 0x09 { start += 1 }
        while start < end, span[end - 1] == 0x20 || span[end - 1] == 0x09 { end -= 1 }
        return bytes(start..<end)
    }
}
