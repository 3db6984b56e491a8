internal import HTTPTypes
internal import Hummingbird

/// A router that refuses a wrong method with 405 and `Allow` (RFC 9110, 15.5.6). The framework's router
/// answers it like a wrong path (404), so this one records the methods of each path.
final class ShopRouter: RouterMethods {
    /// A method that a path does not answer.
    struct WrongMethod: Error {
        /// The methods that the path answers.
        let allowed: [HTTPRequest.Method]
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]

    private let router = Router(context: ShopContext.self, options: .autoGenerateHeadEndpoints)
    private var answered: [String: [HTTPRequest.Method]] = [:]

    @discardableResult
    func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == ShopContext {
        router.on(path, method: method, responder: responder)
        answered[path.description, default: []].append(method)
        return self
    }

    @discardableResult
    func add(middleware: any MiddlewareProtocol<Request, Response, ShopContext>) -> Self {
        router.add(middleware: middleware)
        return self
    }

    /// Builds the router with all added routes, and a refusal for every other method of their paths.
    func whole() -> Router<ShopContext> {
        for (path, methods) in answered {
            let allowed = methods.contains(.get) ? methods + [.head] : methods
            for method in Self.methods where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw WrongMethod(allowed: allowed)
                }
            }
        }
        return router
    }
}
