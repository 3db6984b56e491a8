internal import Hummingbird
internal import StoreAPI

/// Middleware that makes each page for the shop as it is when the page is asked for.
struct PageProfile: RouterMiddleware {
    let follower: ProfileFollower

    func handle(
        _ request: Request, context: ShopContext, next: (Request, ShopContext) async throws -> Response
    ) async throws -> Response {
        try await ShopProfile.$current.withValue(follower.current) { try await next(request, context) }
    }
}
