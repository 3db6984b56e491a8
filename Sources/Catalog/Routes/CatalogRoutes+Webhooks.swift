internal import Model
internal import Monitoring
internal import NIOCore
internal import Outside
internal import Services
internal import Storage
internal import StoreAPI
internal import TierHTTP

/// Routes of programs that are told of events.
extension CatalogRoutes {
    var hooking: [Route] {
        [
            Route(.webhooks) { request in
                .pending(
                    engine.webhooks(on: request.slot.eventLoop).map { rows in
                        .json(.result { $0.writeArray(rows) { $1.webhook.write(to: &$0) } })
                    })
            },
            Route(.newWebhook) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.newWebhook().flatMap { new in
                        outside.check(new.url, on: loop).flatMapErrorThrowing { error in
                            throw StoreError.invalid("url cannot be used: \(error)")
                        }.flatMap { engine.change(.add(new), on: loop) }
                    }.flatMapThrowing(Self.webhook))
            },
            Route(.webhookResend) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.webhookResending().flatMap { number, sequence in
                        engine.change(.resend(number, sequence: sequence), on: loop)
                    }.map { outcome in
                        .json(.result { $0.writeString(#"{"resending":\#(outcome.wantedCount)}"#) })
                    })
            },
            Route(.deadLetters) { .pending(try deadLetters($0)) },
            Route(.webhookRemove) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.webhookRemoval().flatMap { engine.change(.remove($0), on: loop) }
                        .flatMapThrowing(Self.webhook))
            },
        ]
    }

    private static func webhook(_ outcome: CatalogOutcome) throws -> TierResponse {
        guard let row = outcome.webhooks.first else { throw LedgerFault("a change came to no webhook") }
        return .json(row.webhook.result)
    }

    private func deadLetters(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        guard let number = try request.integer("webhook", in: 1...Int64.max) else {
            throw .invalid("webhook is missing")
        }
        let limit = try request.limit(max: StoreLimits.listCountMax, otherwise: 100)
        let after = try request.integer("after", in: 1...Int64.max) ?? 0
        return engine.read(on: request.slot.eventLoop, for: request.client) {
            try $0.deadLetters(of: number, after: after, limit: limit + 1, areWanted: false)
        }.map { letters in
            let next = letters.count > limit ? String(letters[limit - 1].sequence) : nil
            return .json(.page(letters.prefix(limit), next: next) { $1.write(to: &$0) })
        }
    }
}
