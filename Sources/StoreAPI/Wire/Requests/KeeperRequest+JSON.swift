package import Model
package import NIOCore
package import TierHTTP

// The bodies of /updates, /add, /edit, /retire, /restore and /state, as clients write them and the catalog reads them.
extension Schema {
    static let retirement = Schema.object(
        ["item_number": .itemNumber],
        optional: ["expect_version": .version, "actor": .actor, "reason": .reason], isClosed: true
    ).named("Retirement")

    static let restoration = Schema.object(
        ["item_number": .itemNumber], optional: ["actor": .actor, "reason": .reason], isClosed: true
    ).named("Restoration")

    static let stock = Schema.integer(0...Book.stockMax)
    static let actor = Schema.string(lengthMax: KeeperRequest.actorByteCountMax).orNull
    static let reason = Schema.string(lengthMax: KeeperRequest.reasonByteCountMax).orNull
}

extension KeeperRequest: Encodable {
    private enum CodingKeys: String, CodingKey {
        case actor, reason, updates
        case item = "item_number"
        case expectedVersion = "expect_version"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(actor, forKey: .actor)
        try members.encodeIfPresent(reason, forKey: .reason)
        switch work {
        case .updates(let updates): try members.encode(updates, forKey: .updates)
        case .add(let book): try book.encode(to: encoder)
        case .edit(let edit, let expectedVersion):
            try edit.encode(to: encoder)
            try members.encodeIfPresent(expectedVersion, forKey: .expectedVersion)
        case .retire(let item, let expectedVersion):
            try members.encode(item, forKey: .item)
            try members.encodeIfPresent(expectedVersion, forKey: .expectedVersion)
        case .restore(let item): try members.encode(item, forKey: .item)
        case .step(let step): try step.encode(to: encoder)
        // Travels as an image.
        case .cover: break
        }
    }
}

/// Bodies are read strictly: each of these fails with ``Model/StoreError/invalid(_:)`` for one that is malformed.
extension TierRequest {
    package func updates() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(["updates"]) { body throws(StoreError) in .updates(try KeeperUpdate.all(in: body)) }
    }

    package func newBook() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(NewBook.CodingKeys.allCases.map(\.rawValue) + BookFact.names) {
            body throws(StoreError) in
            .add(try NewBook(body))
        }
    }

    package func edit() -> EventLoopFuture<KeeperRequest> {
        let names = BookEdit.CodingKeys.allCases.map(\.rawValue) + BookFact.names
        return keeperRequest(names + ["expect_version"]) { body throws(StoreError) in
            .edit(try BookEdit(body), expectedVersion: try body.version())
        }
    }

    package func retirement() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(["item_number", "expect_version"]) { body throws(StoreError) in
            .retire(try body.item(), expectedVersion: try body.version())
        }
    }

    package func restoration() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(["item_number"]) { body throws(StoreError) in .restore(try body.item()) }
    }

    package func step() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(OrderStep.CodingKeys.allCases.map(\.rawValue)) { body throws(StoreError) in
            .step(try OrderStep(body))
        }
    }

    /// The order whose customer is to be forgotten.
    package func forgotten() -> EventLoopFuture<Int64> {
        json(known: ["order"]) { try $0.order() }
    }

    private func keeperRequest(
        _ known: [String],
        _ work: @escaping @Sendable (JSONBody) throws(StoreError) -> KeeperRequest.Work
    ) -> EventLoopFuture<KeeperRequest> {
        json(known: Set(known + ["actor", "reason"])) { body in
            let said = try body.note("actor", byteCountMax: KeeperRequest.actorByteCountMax)
            return KeeperRequest(
                try work(body), actor: keeper?.name ?? said,
                reason: try body.note("reason", byteCountMax: KeeperRequest.reasonByteCountMax),
                key: try idempotencyKey())
        }
    }
}
