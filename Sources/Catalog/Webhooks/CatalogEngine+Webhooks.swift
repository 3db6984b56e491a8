internal import Model
internal import NIOCore
internal import Storage

/// Programs that are told of events.
extension CatalogEngine {
    /// Whether other catalogs serve the same store.
    var sharesStore: Bool { store.readIndex != nil }

    /// The ledger's last movement, as far as this process knows.
    var lastMovement: Int64 { store.lastMovement }

    /// All webhooks, with how far each was told.
    func webhooks(on eventLoop: any EventLoop) -> EventLoopFuture<[WebhookRow]> {
        read(on: eventLoop) { try $0.webhooks() }
    }

    /// A change of webhooks, by group commit.
    ///
    /// - Returns: see ``LedgerWriter``. Fails with ``StoreError/unknownWebhook(_:)`` or
    ///   ``StoreError/conflict(_:current:)``, and then nothing was changed.
    func change(_ change: WebhookChange, on eventLoop: any EventLoop) -> EventLoopFuture<CatalogOutcome> {
        journal.submit(.webhook(change), on: eventLoop)
    }
}
