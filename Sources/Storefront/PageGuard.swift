internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Monitoring

/// Stands in front of every route: refuses forms of other sites, turns errors into pages, and adds the
/// header fields that make a browser careful.
struct PageGuard: RouterMiddleware {
    /// Nothing but the shop's own files, no script or style inside a page, in nobody's frame.
    private static let contentPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    let problems: ProblemPages

    func handle(
        _ request: Request, context: ShopContext,
        next: (Request, ShopContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            if request.method == .post, Self.isForeign(request) {
                throw HTTPError(.forbidden, message: "The form was sent by another site.")
            }
            response = try await next(request, context)
        } catch {
            response = try problems.answer(to: error, context: context)
        }
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[.contentSecurityPolicy] = Self.contentPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        // Receipts have secret addresses, which no other site is to learn.
        response.headers[Self.referrerPolicy] = "same-origin"
        response.headers[Self.openerPolicy] = "same-origin"
        // The route's pattern, not the address: a receipt's address is its secret.
        context.logger.debug(
            "\(request.method) \(context.endpointPath ?? "?") \(response.status.code) trace \(context.trace.traceID)"
        )
        return response
    }

    /// Whether a browser says that the request comes from a page of another site. Programs say nothing.
    static func isForeign(_ request: Request) -> Bool {
        if let site = request.headers[secFetchSite] { return site != "same-origin" && site != "none" }
        guard let origin = request.headers[.origin] else { return false }
        let host = origin.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init)
        return host == nil || host != request.head.authority
    }

    // The names are constants of valid characters, so none of these can be nil.
    private static let referrerPolicy = HTTPField.Name("referrer-policy")!
    private static let openerPolicy = HTTPField.Name("cross-origin-opener-policy")!
    private static let secFetchSite = HTTPField.Name("sec-fetch-site")!
}
