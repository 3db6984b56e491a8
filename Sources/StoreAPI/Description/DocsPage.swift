internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// `/docs`: the documented routes of a tier as a page for people, each with a line to try it. It needs nothing
/// from elsewhere.
struct DocsPage {
    let tier: String
    let routes: [Route]

    /// What a browser may do with the page: show it with its own style.
    static let fields = [
        (
            name: "content-security-policy",
            value:
                "default-src 'none'; style-src '\(DocsStyle.digest)'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'"
        ),
        (name: "referrer-policy", value: "no-referrer"),
    ]

    /// The page as HTML.
    var html: ByteBuffer {
        let documented = routes.compactMap { route in route.doc.map { (route, $0) } }
        var page = ByteBuffer(string: Self.head(title: "My Book Store: the \(tier)'s API"))
        page.writeString(
            """
            <main><h1>The \(tier)'s API</h1>
            <p>Answers are JSON. Every error is <code>application/problem+json</code> (RFC 9457) with a
            <code>detail</code> that can be shown to a person. Requests that need the token need it only where the
            store has one. The examples ask a server at its usual address. The same for programs:
            <a href="/openapi.json">openapi.json</a>.</p>
            <nav aria-label="Requests"><ul>

            """)
        for (route, _) in documented {
            page.writeString("<li><a href=\"#\(anchor(of: route))\">/\(route.name)</a></li>\n")
        }
        page.writeString("</ul></nav>\n")
        for (route, doc) in documented { page.writeString(section(route, doc)) }
        page.writeString("</main></body></html>\n")
        return page
    }

    private func section(_ route: Route, _ doc: RouteDoc) -> String {
        let methods = route.methods.filter { $0 != .HEAD }.map(\.rawValue).joined(separator: ", ")
        let inPath = doc.pathParameter.map { " or <code>/\(route.name)/{\($0)}</code>" } ?? ""
        let lock = route.right.map { ", needs the token\(Self.words($0))" } ?? ""
        let example = route.exampleLine(port: Tier(rawValue: tier)?.defaultPort)
        var text = """
            <section>
            <h2 id="\(anchor(of: route))"><code>/\(route.name)</code>\(inPath) <small>\(methods)\(lock)</small></h2>
            <p>\(Self.marked(doc.summary))</p>
            <pre><code>\(HTMLText.escape(example))</code></pre>

            """
        let parameters = doc.parameters.map { parameter in
            let need = parameter.isRequired ? ", required" : ""
            return Self.entry(
                "<code>\(parameter.name)</code> <small>\(parameter.place.rawValue)\(need)</small>",
                "\(Self.marked(parameter.meaning)) \(Self.words(parameter.value))")
        }
        let body = doc.body.map { body in
            Self.entry(
                "body <small>required</small>",
                "\(HTMLText.escape(body.schema.name ?? "Text")), <code>\(body.contentType)</code>")
        }
        let entries = parameters + [body].compactMap { $0 }
        if !entries.isEmpty { text += "<dl>\n\(entries.joined())</dl>\n" }
        let statuses = (doc.refusals + (route.isGuarded ? [401, 403] : [])).sorted().map { status in
            "<li><b>\(status)</b> \(HTMLText.escape(StoreAPI.meaning(of: status)))</li>"
        }
        return text
            + "<ul><li><b>200</b> \(HTMLText.escape(doc.success.name ?? "JSON"))</li>\(statuses.joined())</ul></section>\n"
    }

    /// The name of a route's section; several routes can be at one path.
    private func anchor(of route: Route) -> String {
        let isFirst = routes.first { $0.name == route.name }?.methods == route.methods
        return isFirst ? route.name : "\(route.methods[0].rawValue.lowercased())-\(route.name)"
    }

    private static func entry(_ name: String, _ meaning: String) -> String {
        "<div><dt>\(name)</dt><dd>\(meaning)</dd></div>\n"
    }

    /// Text whose names stand in backticks.
    private static func marked(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { place, part in
            place % 2 == 1 ? "<code>\(HTMLText.escape(String(part)))</code>" : HTMLText.escape(String(part))
        }.joined()
    }

    /// Which keepers may ask for it.
    private static func words(_ right: KeeperRight) -> String {
        let roles = KeeperRole.allCases.filter { $0.has(right) }
        guard roles.count < KeeperRole.allCases.count else { return "" }
        return ", of keepers \(roles.map(\.rawValue).joined(separator: " or "))"
    }

    private static func words(_ value: RouteDoc.Value) -> String {
        switch value {
        case .line(let byteCountMax): "Text of at most \(byteCountMax) bytes."
        case .pattern(let pattern): marked("`\(pattern)`")
        case .integer(let range):
            range.upperBound == .max
                ? "A whole number from \(range.lowerBound)."
                : "A whole number from \(range.lowerBound) to \(range.upperBound)."
        case .choice(let choices): marked(choices.map { "`\($0)`" }.joined(separator: ", "))
        }
    }

    private static func head(title: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>\(HTMLText.escape(title))</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>\(DocsStyle.sheet)</style></head><body>

        """
    }
}
