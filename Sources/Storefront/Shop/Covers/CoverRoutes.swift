internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreClient

/// The images that keepers gave books as covers.
struct CoverRoutes: Sendable {
    let store: StoreClient

    func add(to router: ShopRouter) {
        router.get("/cover/:digest") { try await cover($1) }
    }

    /// The address names the content, so a browser keeps the image for ever. It is sent as the image that its bytes
    /// are, and never as anything else.
    private func cover(_ context: ShopContext) async throws -> Response {
        guard let digest = try? BookFact.cover.kept(context.parameters.get("digest") ?? ""),
            let image = try await store.cover(digest, trace: context.trace)
        else {
            throw ProblemPages.Problem.Thrown(
                problem: ProblemPages.nothing("There is no cover at this address."))
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "image/\(image.format.rawValue)",
                .cacheControl: "public, max-age=31536000, immutable", .eTag: "\"\(digest)\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: image.bytes)))
    }
}
