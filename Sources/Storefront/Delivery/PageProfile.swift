internal import Hummingbird

/// Middleware that makes each page for the shop that it is of.
struct PageProfile: RouterMiddleware {
    let profile: ShopProfile

    func handle(
        _ request: Request, context: ShopContext, next: (Request, ShopContext) async throws -> Response
    ) async throws -> Response {
        try await ShopProfile.$current.withValue(profile) { try await next(request, context) }
    }
}
