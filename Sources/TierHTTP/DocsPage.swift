internal import NIOCore
internal import NIOHTTP1

/// `/docs`: the documented routes of a tier as a page for people. It needs nothing from elsewhere.
struct DocsPage {
    let tier: String
    let routes: [Route]

    /// The page as HTML.
    var html: ByteBuffer {
        var page = ByteBuffer(string: Self.head(title: "My Book Store: the \(tier)'s API"))
        page.writeString(
            """
            <main><h1>The \(tier)'s API</h1>
            <p>Answers are JSON. Every error is <code>application/problem+json</code> (RFC 9457) with a
            <code>detail</code> that can be shown to a person. Routes with a lock need
            <code>Authorization: Bearer TOKEN</code> where the store has a token. The same for programs:
            <a href="/openapi.json">openapi.json</a>.</p>

            """)
        for route in routes { if let doc = route.doc { page.writeString(Self.section(route, doc)) } }
        page.writeString("</main></body></html>\n")
        return page
    }

    private static func section(_ route: Route, _ doc: RouteDoc) -> String {
        let methods = route.methods.filter { $0 != .HEAD }.map(\.rawValue).joined(separator: ", ")
        let inPath = doc.pathParameter.map { " or <code>/\(route.name)/{\($0)}</code>" } ?? ""
        let lock = route.isGuarded ? " <span title=\"needs the token\">&#128274;</span>" : ""
        var text = """
            <section><h2 id="\(route.name)"><small>\(methods)</small> <code>/\(route.name)</code>\(inPath)\(lock)</h2>
            <p>\(HTMLText.escape(doc.summary))</p>

            """
        if !doc.parameters.isEmpty || doc.body != nil {
            text += "<table><tr><th>parameter</th><th>in</th><th>is</th><th>meaning</th></tr>\n"
            for parameter in doc.parameters {
                text += """
                    <tr><td><code>\(parameter.name)</code>\(parameter.isRequired ? " *" : "")</td>\
                    <td>\(parameter.place.rawValue)</td><td>\(HTMLText.escape(words(parameter.value)))</td>\
                    <td>\(HTMLText.escape(parameter.meaning))</td></tr>

                    """
            }
            if let body = doc.body {
                text += """
                    <tr><td>body *</td><td></td><td>\(HTMLText.escape(body.schema ?? "text"))</td>\
                    <td><code>\(body.contentType)</code></td></tr>

                    """
            }
            text += "</table>\n"
        }
        let statuses = (doc.refusals + (route.isGuarded ? [401] : [])).sorted().map { status in
            "<li><b>\(status)</b> \(HTMLText.escape(RouteDoc.meaning(of: status)))</li>"
        }
        return text
            + "<ul><li><b>200</b> \(HTMLText.escape(doc.success))</li>\(statuses.joined())</ul></section>\n"
    }

    private static func words(_ value: RouteDoc.Value) -> String {
        switch value {
        case .line(let byteCountMax): "text of at most \(byteCountMax) bytes"
        case .pattern(let pattern): pattern
        case .integer(let range):
            range.upperBound == .max
                ? "a whole number from \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let choices): choices.joined(separator: ", ")
        }
    }

    private static func head(title: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>\(HTMLText.escape(title))</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>
        :root { color-scheme: light dark; }
        body { font: 1rem/1.55 system-ui, sans-serif; margin: 0; }
        main { max-width: 54rem; margin: 0 auto; padding: 1.5rem; }
        section { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 1rem; }
        h2 { font-size: 1.15rem; } h2 small { font-weight: 400; }
        code { font-family: ui-monospace, monospace; font-size: .92em; overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top;
        padding: .2rem .8rem .2rem 0; } ul { padding-left: 1.2rem; }
        </style></head><body>

        """
    }
}
