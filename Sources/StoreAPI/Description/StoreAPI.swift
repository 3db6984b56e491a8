internal import NIOCore
internal import NIOHTTP1
package import TierHTTP

/// How the tiers describe themselves.
package enum StoreAPI {
    /// The routes by which a tier describes itself and its `routes`: `/openapi.json` and `/docs`.
    package static func description(of routes: [Route], tier: String) -> [Route] {
        let all =
            routes + [
                Route(
                    "openapi.json", [.GET],
                    doc: RouteDoc(summary: "This description, as OpenAPI 3.1.", success: .document)
                ) { _ in .ready(.json("")) },
                Route(
                    "docs", [.GET],
                    doc: RouteDoc(
                        summary: "This description, as a page for people.", success: .text,
                        contentType: TierResponse.ContentType.html.rawValue)
                ) { _ in .ready(.json("")) },
            ]
        let document = FixedDocument(
            .json, OpenAPIDocument(tier: tier, routes: all).json,
            fields: [("x-content-type-options", "nosniff")])
        let page = FixedDocument(.html, DocsPage(tier: tier, routes: all).html, fields: DocsPage.fields)
        return [
            Route("openapi.json", [.GET], isLong: true) { .ready(document.answer(to: $0.headers)) },
            Route("docs", [.GET], isLong: true) { .ready(page.answer(to: $0.headers)) },
        ]
    }

    /// What a status means, in a few words.
    static func meaning(of status: Int) -> String {
        switch status {
        case 200: "Done."
        case 400: "A parameter or the body is missing, malformed or out of range."
        case 401: "The store's token is missing or wrong."
        case 403:
            "A browser sends it for a page of another site, or ahead of time; or the keeper must not do it, or is not signed in."
        case 404: "There is no such book, purchase, keeper or session."
        case 405: "The path does not answer this method."
        case 408: "The request took too long to arrive."
        case 409: "It contradicts what is there."
        case 412: "A book is not as expected; nothing was changed."
        case 413: "The body is too long."
        case 415: "The body is named as something other than JSON."
        case 421: "The host is not one that the server answers for without a token."
        case 422: "The Idempotency-Key was used before for another request, or for an import that was undone."
        case 431: "The head is too long."
        default: "A server of the store is down, slow or busy; the text says whether the outcome is unknown."
        }
    }
}
