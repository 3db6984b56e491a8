internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Monitoring
internal import TierHTTP

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
            // Only forms change anything, and nobody but the shop has one.
            if request.method == .post, Self.isForeign(request) {
                throw HTTPError(.forbidden, message: "The form was sent by another site.")
            }
            response = try await next(request, context)
        } catch {
            response = try problems.answer(to: error, context: context)
        }
        if request.method == .head { response = response.createHeadResponse() }
        for field in Self.carefulFields { response.headers[field.name] = field.value }
        // The route's pattern, not the address: a receipt's address is its secret.
        context.logger.debug(
            "\(request.method) \(context.endpointPath ?? "?") \(response.status.code) trace \(context.trace.traceID)"
        )
        return response
    }

    /// Whether a browser says that the request comes from a page of another site, or is made ahead of time.
    /// Programs say nothing.
    static func isForeign(_ request: Request) -> Bool {
        var signs = BrowserSigns()
        for field in request.headers { signs.note(field.name.canonicalName, field.value) }
        let host = request.head.authority.flatMap { RequestHost($0[...]) }
        return signs.refusal(host: host, reach: .origin) != nil
    }

    /// What every page says to the browser that shows it.
    static let carefulFields: [HTTPField] = [
        HTTPField(name: .contentSecurityPolicy, value: contentPolicy),
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        // Receipts have secret addresses, which no other site is to learn.
        HTTPField(name: referrerPolicy, value: "same-origin"),
        HTTPField(name: openerPolicy, value: "same-origin"),
    ]

    // The names are constants of valid characters, so neither can be nil.
    private static let referrerPolicy = HTTPField.Name("referrer-policy")!
    private static let openerPolicy = HTTPField.Name("cross-origin-opener-policy")!
}
