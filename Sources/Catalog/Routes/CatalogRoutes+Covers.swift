internal import Crypto
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Storage
internal import StoreAPI
internal import TierHTTP

// The images of covers.
extension CatalogRoutes {
    var covers: [Route] {
        [
            Route(.cover) { .pending(try cover($0)) },
            Route(.newCover) { .pending(try newCover($0)) },
        ]
    }

    private func cover(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let text = try request.target.required("digest")
        let digest = try Self.checked { () throws(LineFault) in try BookFact.cover.kept(text) }
        let bytes = engine.read(on: request.slot.eventLoop, for: request.client) { try $0.cover(digest) }
        return bytes.flatMapThrowing { bytes in
            guard let bytes, let image = try? CoverImage(checking: bytes) else {
                throw Problem(.notFound, "no cover has this digest", code: "unknown_cover")
            }
            var response = TierResponse(.ok, image.contentType, body: ByteBuffer(bytes: image.bytes))
            response.caching = Endpoint.cover.caching
            return response
        }
    }

    private func newCover(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let item = try request.itemNumber()
        let version = try request.integer("expect_version", in: 0...Int64.max)
        let actor = try request.actor()
        let reason = try request.reason()
        let key = try request.idempotencyKey()
        let eventLoop = request.slot.eventLoop
        // To check and to digest it takes milliseconds, for which no other request need wait.
        let cover = engine.read(on: eventLoop, .long) { [body = request.body] _ in
            let image = try Self.checked { () throws(LineFault) in
                try CoverImage(checking: Array(body.readableBytesView))
            }
            return Cover(digest: Hex.text(SHA256.hash(data: image.bytes)), image: image.bytes)
        }
        return cover.flatMap { cover in
            let work = KeeperRequest.Work.cover(cover, of: item, expectedVersion: version)
            return engine.request(
                KeeperRequest(work, actor: actor, reason: reason, key: key), on: eventLoop)
        }.map { .json(BookDetails.result($0[0])) }
    }

    private static func checked<Value>(_ value: () throws(LineFault) -> Value) throws(StoreError) -> Value {
        do throws(LineFault) {
            return try value()
        } catch {
            throw .invalid(error.reason)
        }
    }
}

extension CoverImage {
    fileprivate var contentType: TierResponse.ContentType {
        switch format {
        case .png: .png
        case .jpeg: .jpeg
        case .webp: .webp
        }
    }
}
