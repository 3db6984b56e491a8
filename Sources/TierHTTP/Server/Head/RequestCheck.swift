package import NIOHTTP1

/// The head of a request, checked: what the parser lets through and no server of the store may take. The tiers
/// and the web shop look at every head through this, so that all of them refuse the same things.
///
/// A pure value, made by one walk over the fields.
package struct RequestCheck: Sendable {
    /// How a server finds the end of the body.
    package enum Body: Equatable, Sendable {
        /// There is none.
        case none
        /// So many bytes; `Int.max` for more than fits.
        case length(Int)
        case chunked
    }

    /// The body that follows.
    package let body: Body
    /// The host that the request is for; nil where an old program (HTTP/1.0) names none.
    package let host: RequestHost?
    /// Whether the client waits for `100 Continue` before it sends the body.
    package let expectsContinue: Bool
    /// Whether no other request follows: the client says so, or would like another protocol, behind which the
    /// parser reads nothing.
    package let isLast: Bool
    /// What a browser says of where the request comes from.
    package let signs: BrowserSigns
    /// The media type of the body as it was sent; nil where it is not named.
    let contentType: String?

    /// Checks a head.
    ///
    /// - Throws: ``Problem`` 400, 417 or 501 for one that is not to be taken, after which the connection's next
    ///   bytes have no certain meaning.
    package init(_ head: HTTPRequestHead) throws(Problem) {
        var fields = Fields()
        for (name, value) in head.headers { try fields.note(name, value) }
        guard head.method != .CONNECT else { throw Problem(.notImplemented, "this server is no proxy") }
        host = try Self.host(of: head, field: fields.host)
        body = try fields.body(version: head.version)
        if let expectation = fields.expectation {
            guard expectation.withoutOuterBlanks.lowercased() == "100-continue" else {
                throw Problem(.expectationFailed, "the only expectation met here is 100-continue")
            }
            expectsContinue = head.version == .http1_1 && body != .none && body != .length(0)
        } else {
            expectsContinue = false
        }
        isLast = fields.upgrades || !fields.keepsOpen(head)
        signs = fields.signs
        contentType = fields.contentType
    }

    /// Refuses what a browser sends for a page of another site, or ahead of time.
    ///
    /// - Throws: ``Problem`` 403.
    package func refuseOtherSites(reach: BrowserSigns.Reach) throws(Problem) {
        if let refusal = signs.refusal(host: host, reach: reach) { throw refusal }
    }

    /// Refuses a body that is named as anything but JSON. A page of another site can send `text/plain` and forms
    /// without being asked, but no JSON; programs that do not name the type of what they send are let through.
    ///
    /// - Throws: ``Problem`` 415.
    func requireJSON() throws(Problem) {
        guard let contentType else { return }
        let type = contentType.prefix { $0 != ";" }
        let essence = type.withoutOuterBlanks.lowercased()
        let isJSON =
            essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
        guard !isJSON else { return }
        throw Problem(
            .unsupportedMediaType,
            "this takes JSON: name it by 'Content-Type: application/json', not '\(essence.prefix(80))'")
    }

    private static func host(of head: HTTPRequestHead, field: String?) throws(Problem) -> RequestHost? {
        guard field != nil || head.version == .http1_0 else {
            throw Problem(.badRequest, "a request needs one Host field")
        }
        var host: RequestHost?
        if let field {
            guard let named = RequestHost(field.withoutOuterBlanks) else {
                throw Problem(.badRequest, "the Host field names no host")
            }
            host = named
        }
        // A target in absolute form counts before the field (RFC 9112, 3.2.2).
        if head.uri.utf8.first != UInt8(ascii: "/"), let scheme = head.uri.firstRange(of: "://") {
            let authority = head.uri[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            guard let named = RequestHost(authority) else {
                throw Problem(.badRequest, "the request's target names no host")
            }
            host = named
        }
        return host
    }
}

extension RequestCheck {
    /// The fields that matter, as they are met.
    private struct Fields {
        var host: String?
        var length: String?
        var encoding: String?
        var expectation: String?
        var contentType: String?
        var upgrades = false
        var namesConnection = false
        var signs = BrowserSigns()

        mutating func note(_ name: String, _ value: String) throws(Problem) {
            switch name.utf8.count {
            case 4 where name.isField("host"): try Self.keep(value, in: &host, "Host")
            case 6 where name.isField("expect"): expectation = value
            case 7 where name.isField("upgrade"): upgrades = true
            case 10 where name.isField("connection"): namesConnection = true
            case 12 where name.isField("content-type"):
                // Two types count as none: a route takes exactly one.
                contentType = contentType.map { $0 + "," + value } ?? value
            case 14 where name.isField("content-length"): try Self.keep(value, in: &length, "Content-Length")
            case 17 where name.isField("transfer-encoding"):
                try Self.keep(value, in: &encoding, "Transfer-Encoding")
            default: signs.note(name, value)
            }
        }

        /// Keeps a field that may be there once only.
        private static func keep(
            _ value: String, in field: inout String?, _ name: String
        ) throws(Problem) {
            guard field == nil else { throw Problem(.badRequest, "the request has two \(name) fields") }
            field = value
        }

        /// Whether other requests may follow. Most heads do not say, and need not be searched again.
        func keepsOpen(_ head: HTTPRequestHead) -> Bool {
            namesConnection ? head.isKeepAlive : head.version.major == 1 && head.version.minor >= 1
        }

        func body(version: HTTPVersion) throws(Problem) -> Body {
            if let encoding {
                guard version != .http1_0 else {
                    throw Problem(.badRequest, "an HTTP/1.0 request has no Transfer-Encoding")
                }
                guard length == nil, encoding.withoutOuterBlanks.lowercased() == "chunked" else {
                    throw Problem(.badRequest, "the only Transfer-Encoding taken here is chunked")
                }
                return .chunked
            }
            guard let length else { return .none }
            let digits = length.withoutOuterBlanks.utf8
            guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw Problem(.badRequest, "the Content-Length is no number")
            }
            return .length(Int(Substring(digits)) ?? .max)
        }
    }
}
