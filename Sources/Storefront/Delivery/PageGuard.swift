internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Monitoring
internal import TierHTTP

/// Middleware before every route: refuses forms of other sites, turns errors into pages, and adds security
/// header fields.
struct PageGuard: RouterMiddleware {
    /// Allows only the shop's own files, no script or style inside a page, and no framing.
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
            // Only forms change anything, and only the shop's own pages have them.
            if request.method == .post, Self.isForeign(request) {
                throw HTTPError(.forbidden, message: "The form was sent by another site.")
            }
            response = try await next(request, context)
        } catch {
            response = try problems.answer(to: error, context: context)
        }
        if request.method == .head { response = response.createHeadResponse() }
        for field in Self.carefulFields { response.headers[field.name] = field.value }
        // The route's pattern is logged instead of the address, since the address of a receipt is a secret.
        context.logger.debug(
            "\(request.method) \(context.endpointPath ?? "?") \(response.status.code) trace \(context.trace.traceID)"
        )
        return response
    }

    /// Whether the browser says that the request comes from a page of another site, or is prefetched. Other
    /// programs send no such fields.
    static func isForeign(_ request: Request) -> Bool {
        var signs = BrowserSigns()
        for field in request.headers { signs.note(field.name.canonicalName, field.value) }
        let host = request.head.authority.flatMap { RequestHost($0[...]) }
        return signs.refusal(host: host, reach: .origin) != nil
    }

    /// Security header fields of every page.
    static let carefulFields: [HTTPField] = [
        HTTPField(name: .contentSecurityPolicy, value: contentPolicy),
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        // The addresses of receipts are secret, so other sites must not receive them.
        HTTPField(name: referrerPolicy, value: "same-origin"),
        HTTPField(name: openerPolicy, value: "same-origin"),
    ]

    // Constants of valid characters, so never nil.
    private static let referrerPolicy = HTTPField.Name("referrer-policy")!
    private static let openerPolicy = HTTPField.Name("cross-origin-opener-policy")!
}
