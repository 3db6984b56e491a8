internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// What is written to the peer, and what its answers mean.
extension LoopPeer {
    // MARK: Batches

    /// Writes and flushes what a connection has gathered.
    func writeGathered(on connection: PeerConnection) {
        let (reads, changes) = pool.takeGathered(on: connection)
        write(reads, on: connection)
        write(changes, on: connection)
        connection.flush()
    }

    /// Writes at most ``BatchWire/gatheredCountMax`` exchanges, as few batches as their bytes allow.
    private func write(_ exchanges: [Exchange], on connection: PeerConnection) {
        guard let first = exchanges.first?.call else { return }
        guard exchanges.count > 1 else {
            pool.send(.single(exchanges[0]), on: connection)
            return connection.write(exchanges[0], trace: first.trace.child(using: &random))
        }
        var start = 0
        var body = ByteBuffer()
        body.reserveCapacity(min(exchanges.count * 160, BatchWire.bodyBytesMax))
        for (index, exchange) in exchanges.enumerated() {
            BatchWire.write(exchange, trace: exchange.call.trace.child(using: &random), to: &body)
            guard body.readableBytes > BatchWire.bodyBytesMax || index == exchanges.count - 1 else {
                continue
            }
            pool.send(.batch(Array(exchanges[start...index])), on: connection)
            connection.write(batch: body, trace: first.trace)
            start = index + 1
            body = ByteBuffer()
        }
    }

    // MARK: Answers

    /// Something has come from the peer.
    func hear(on connection: PeerConnection) {
        let now = NIODeadline.now()
        pool.hear(on: connection, at: now)
        servers?.heard(from: self, at: now)
    }

    func answered(_ answer: PeerConnection.Answer, on connection: PeerConnection) {
        let kind = answer.kind
        guard let flight = pool.land(on: connection, from: kind) else { return connection.close() }
        if lane != .quick, kind == .other {
            foundOther()
            // A program that serves one connection at a time would never come to another.
            if pool.isIdle(connection) { connection.close() }
        }
        switch flight {
        case .single(let exchange): take(answer, of: exchange, from: kind)
        case .batch(let exchanges): take(answer, of: exchanges, from: kind)
        }
        if answer.isLast, connection.isOpen {
            connection.closeAfterLastAnswer()
            pool.ended(connection)
            if pool.isShutDown { fail(pool.shutDown()) }
        }
        pump()
    }

    /// An answer is longer than answers may be: to ask for it again would bring the same.
    func answeredTooLong(on connection: PeerConnection) {
        for exchange in pool.land(on: connection, from: nil)?.exchanges ?? [] where exchange.server == server
        {
            exchange.fail(error(.longAnswer, for: exchange))
        }
    }

    private func take(_ answer: PeerConnection.Answer, of exchange: Exchange, from kind: PeerKind) {
        guard exchange.server == server else { return }
        if answer.head.status == .methodNotAllowed, exchange.method == .POST, exchange.call.body == nil {
            // The contract lets a tier take its changes by GET alone. A 405 says that nothing was done.
            exchange.method = .GET
            pool.sendAgain([exchange])
        } else {
            deliver(
                status: answer.head.status, fields: AnswerFields(answer.head.headers),
                body: answer.body ?? ByteBuffer(), to: exchange, from: kind)
        }
    }

    private func take(_ answer: PeerConnection.Answer, of exchanges: [Exchange], from kind: PeerKind) {
        switch answer.head.status.code {
        case 200:
            let answers = BatchWire.answers(in: answer.body ?? ByteBuffer(), count: exchanges.count)
            guard let answers else {
                for exchange in exchanges where exchange.server == server {
                    exchange.fail(error(.invalidAnswer, for: exchange))
                }
                return
            }
            for (exchange, answer) in zip(exchanges, answers) where exchange.server == server {
                // Its answer is too long for a batch; it was not carried out, or only read.
                if answer.status == .payloadTooLarge {
                    exchange.mayBatch = false
                    pool.sendAgain([exchange])
                    continue
                }
                deliver(
                    status: answer.status, fields: answer.fields, body: answer.body, to: exchange, from: kind)
            }
        case 400, 401, 404, 405, 413:
            // It knows no batches, or not this form of them, or takes them by a token alone that this tier has
            // not. Nothing was done; ask again in the plain form.
            pool.sendAgain(exchanges, apart: true)
        default:
            for exchange in exchanges where exchange.server == server {
                exchange.succeed(
                    status: answer.head.status, fields: AnswerFields(answer.head.headers), body: ByteBuffer(),
                    peer: kind)
            }
        }
    }

    private func deliver(
        status: HTTPResponseStatus, fields: AnswerFields, body: ByteBuffer, to exchange: Exchange,
        from kind: PeerKind
    ) {
        if let servers, servers.passesOn(status, body, to: exchange, from: self) { return }
        exchange.succeed(status: status, fields: fields, body: body, peer: kind)
    }
}
