internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// Answers, times and the end of a connection.
extension ServerConnection {
    /// How much is put together for one write. More is written piece by piece, as the client takes it.
    private static let outputBytesMax = 256 * 1024
    /// A longer body is written as the buffer it is, instead of being copied behind its head.
    private static let copiedBytesMax = 64 * 1024

    /// Flushes at the end of this tick of the loop, so that all answers that become ready in it share one
    /// system call.
    func scheduleFlush() {
        guard !isFlushScheduled, context != nil else { return }
        isFlushScheduled = true
        loop.flushAtEndOfTick(self)
    }

    func flushReady() {
        isFlushScheduled = false
        guard let context else { return }
        // While the client takes nothing, its further answers wait here, where they share their bodies.
        while stalledSince == nil {
            let longBody = takeReady()
            guard output.readableBytes > 0 else { break }
            context.write(wrapOutboundOut(output), promise: nil)
            if let longBody { context.write(wrapOutboundOut(longBody), promise: nil) }
            context.flush()
            // The channel keeps the bytes until they are sent, so the next answers need a buffer of their own.
            output = context.channel.allocator.buffer(capacity: 512)
            if stalledSince == nil { noteTaken() }
        }
        idleSince = .now()
        writeContinueIfDue()
        if !held.isEmpty { startHeld() }
        closeIfDone()
        resumeReading()
    }

    /// Puts the answers that may leave now into `output`.
    ///
    /// - Returns: the body that belongs behind them, where the last is a long one.
    private func takeReady() -> ByteBuffer? {
        while output.readableBytes < Self.outputBytesMax, let outgoing = responses.popReady() {
            unsent.write(outgoing.byteCount)
            var persistence = outgoing.persistence
            if loop.isDraining, responses.isEmpty, incoming == nil { persistence = .closed }
            if case .closed = persistence, case .open = reading { reading = .ended }
            let isLong = !outgoing.isHead && outgoing.response.body.readableBytes > Self.copiedBytesMax
            outgoing.response.write(
                to: &output, date: loop.date, times: outgoing.times, total: outgoing.total,
                isHead: outgoing.isHead || isLong, persistence: persistence)
            if isLong { return outgoing.response.body }
        }
        return nil
    }

    /// `100 Continue` must not overtake the answers to earlier requests.
    func writeContinueIfDue() {
        guard owesContinue, responses.isEmpty, let context else { return }
        owesContinue = false
        arrivalStart = .now()
        context.writeAndFlush(
            wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    // MARK: The end

    func closeIfDone() {
        guard case .ended = reading, responses.isEmpty, !isFlushScheduled, let context else { return }
        reading = .closing(since: .now())
        // An empty write is done when everything before it has been taken by the system. Closing earlier
        // would throw the rest away where the client has ended its side already.
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { _ in self.endSending() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: taken)
        resumeReading()
    }

    private func endSending() {
        guard case .closing = reading, let context else { return }
        // Closing while the client still sends would reset the connection and could destroy the answer
        // before it is read. So: close the sending side, listen a little, then close.
        reading = .lingering(since: .now())
        if isInputClosed || !lingers {
            context.close(promise: nil)
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    func checkTimes(_ now: NIODeadline) {
        let limits = loop.limits
        if let stalledSince {
            if hasTakenBytes() {
                self.stalledSince = now
            } else if now - stalledSince > limits.writeStallTimeMax {
                return abort()
            }
        }
        switch reading {
        case .lingering(let since):
            if now - since > limits.lingerTimeMax { abort() }
        case .closing(let since):
            if stalledSince == nil, now - since > limits.writeStallTimeMax { abort() }
        case .ended: return
        case .open:
            if isReadHeld || owesContinue {
                // It is the server that lets the client wait.
                if arrivalStart != nil { arrivalStart = now }
            } else if let arrivalStart, now - arrivalStart > limits.requestReadTimeMax {
                refuse(Problem(.requestTimeout, "the request took too long to arrive"))
            } else if responses.isEmpty, incoming == nil, now - idleSince > limits.idleTimeMax {
                abort()
            }
        }
    }

    /// Whether the client took some of what waits for it since this was last asked.
    private func hasTakenBytes() -> Bool {
        guard let options = context?.channel.syncOptions,
            let count = try? options.getOption(.bufferedWritableBytes), count < stalledByteCount
        else { return false }
        stalledByteCount = count
        return true
    }

    /// A client that has sent all it will may wait for its answers, or be gone: both look the same. So what is
    /// asked goes on for a while, and what takes longer than that is given up.
    func leaveSoon() {
        guard !responses.isEmpty, let context else { return }
        context.eventLoop.assumeIsolated().scheduleTask(in: loop.limits.halfClosedTimeMax) { [client] in
            client.leave()
        }
    }

    /// Stops taking requests; closes as soon as what was taken is answered.
    func drain() {
        guard case .open = reading, responses.isEmpty, incoming == nil else { return }
        reading = .ended
        // A client that has been silent for long is not sending just now either.
        lingers = arrivalStart != nil || .now() - idleSince <= loop.limits.lingerTimeMax
        closeIfDone()
    }

    /// Closes at once.
    func abort() { context?.close(promise: nil) }
}
