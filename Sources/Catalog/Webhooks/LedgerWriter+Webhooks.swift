internal import Model

/// Webhooks: who is told, and how far. Changes are made one after the other, by whichever catalog, so two catalogs never
/// note something of one webhook at the same time, and what one notes that has lost its hold changes nothing.
extension LedgerWriter {
    /// - Returns: the webhooks that it is about as they are afterwards; none of what was told of one that this catalog
    ///   does not hold.
    mutating func apply(_ change: WebhookChange) throws -> Result<CatalogOutcome, StoreError> {
        var outcome = CatalogOutcome()
        switch change {
        case .add(let webhook): return try add(webhook)
        case .remove(let number):
            guard let row = try webhook(number) else { return .failure(.unknownWebhook(number)) }
            try tables.removeWebhook(number)
            outcome.webhooks = [row]
        case .resend(let number, let sequence):
            guard try webhook(number) != nil else { return .failure(.unknownWebhook(number)) }
            outcome.wantedCount = try tables.wantDeadLetters(of: number, sequence)
        case .hold(let seconds):
            try tables.holdWebhooks(seconds: seconds)
            outcome.webhooks = try tables.webhooks().filter { $0.hold == .own }
        case .release: try tables.holdWebhooks(seconds: 0)
        case .told(let number, let telling):
            guard let row = try webhook(number), row.hold == .own else { break }
            try note(telling, of: row.webhook)
            outcome.webhooks = try [webhook(number)].compactMap { $0 }
        }
        return .success(outcome)
    }

    private mutating func webhook(_ number: Int64) throws -> WebhookRow? {
        try tables.webhooks().first { $0.webhook.number == number }
    }

    private mutating func add(_ new: NewWebhook) throws -> Result<CatalogOutcome, StoreError> {
        let all = try tables.webhooks().map(\.webhook)
        if let same = all.first(where: { $0.url.description == new.url.description }) {
            return .failure(.conflict("webhook \(same.number) has this URL; remove it first", current: []))
        }
        guard all.count < Webhook.countMax else {
            return .failure(
                .conflict("there are \(Webhook.countMax) webhooks already; remove one first", current: []))
        }
        let position = min(new.after ?? lastMovement, lastMovement)
        let number = try tables.insert(new, position: position, at: time)
        return .success(CatalogOutcome(webhooks: try [webhook(number)].compactMap { $0 }))
    }

    private mutating func note(_ telling: WebhookChange.Telling, of webhook: Webhook) throws {
        var webhook = webhook
        switch telling {
        case .delivered(let through): webhook.wasTold(through: through)
        case .failed(let answer): webhook.failed(answer, at: time)
        case .dead(_, let answer, let countMax) where webhook.deadCount >= countMax:
            webhook.failed(answer, at: time)
        case .dead(let sequence, let answer, _):
            try tables.write(
                DeadLetter(
                    webhook: webhook.number, sequence: sequence,
                    attemptCount: (webhook.failure?.attemptCount ?? 0) + 1, answer: answer, time: time))
            webhook.wasTold(through: sequence)
            webhook.deadCount += 1
        case .gone: webhook.ended = time
        case .resent(let sequence, nil):
            guard try tables.deadLetter(of: webhook.number, sequence) != nil else { return }
            try tables.removeDeadLetter(of: webhook.number, sequence)
            webhook.deadCount -= 1
        case .resent(let sequence, let answer?):
            guard let letter = try tables.deadLetter(of: webhook.number, sequence) else { return }
            try tables.write(
                DeadLetter(
                    webhook: webhook.number, sequence: sequence, attemptCount: letter.attemptCount + 1,
                    answer: answer, time: time))
        }
        try tables.write(webhook)
    }
}

extension Webhook {
    /// Nothing brings it back to an earlier movement.
    fileprivate mutating func wasTold(through sequence: Int64) {
        position = max(position, sequence)
        failure = nil
    }

    fileprivate mutating func failed(_ answer: String, at time: Timestamp) {
        failure = Failure(
            attemptCount: (failure?.attemptCount ?? 0) + 1, since: failure?.since ?? time, answer: answer)
    }
}
