internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

// Answers, times and the end of a connection.
extension ShopConnection {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let answer = owed.first else {
            // What the framework has to say of a request that was refused already.
            promise?.succeed()
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code < 200: context.write(data, promise: promise)
        case .head(var head):
            if answer.isHTTP10 {
                if head.headers.contains(name: "content-length") || !head.status.mayHaveResponseBody {
                    if !answer.isLast { head.headers.replaceOrAdd(name: "connection", value: "keep-alive") }
                } else {
                    // Chunks came with HTTP/1.1; before it a body of unknown length ended with the connection.
                    head.version = .http1_0
                    owed[0].isLast = true
                }
            }
            if owed[0].isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let body):
            pace.wrote(body.readableBytes)
            context.write(data, promise: promise)
        case .end:
            owed.removeFirst()
            idleSince = .now()
            context.write(data, promise: promise)
            if answer.isLast {
                if takesBytes { reading = .ended }
                // What was asked behind it gets no answer.
                owed.removeAll()
            }
            writeContinueIfDue()
            closeIfDone()
        }
    }

    /// The framework ends sending when it has nothing left to do; so does the connection then, by its own way.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard case .output = mode else { return context.close(mode: mode, promise: promise) }
        if takesBytes { reading = .ended }
        closeIfDone()
        promise?.succeed()
    }

    /// `100 Continue` must not overtake the answers to earlier requests.
    func writeContinueIfDue() {
        guard owesContinue, owed.isEmpty, let context else { return }
        owesContinue = false
        arrivalStart = .now()
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    // MARK: The end

    /// Ends the connection when all is said: with the refusal, where there is one.
    func closeIfDone() {
        guard case .ended = reading, owed.isEmpty, let context else { return }
        reading = .closing
        if let refusal {
            let (head, body) = visitors.refusals.page(of: refusal)
            pace.wrote(body.readableBytes)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !refusesHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        }
        // The last bytes are on their way when an end is.
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { _ in self.endSending() }
        if refusal != nil {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: taken)
        } else {
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))), promise: taken)
        }
    }

    private func endSending() {
        guard case .closing = reading, let context else { return }
        // Closing while the client still sends would reset the connection and could destroy the answer
        // before it is read. So: close the sending side, listen a little, then close.
        reading = .lingering(since: .now())
        if isInputClosed {
            context.close(promise: nil)
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    func checkTimes(_ now: NIODeadline) {
        guard let context else { return }
        let limits = visitors.limits
        if pace.isTooSlow(waiting: waitingByteCount, now: now, limits: limits) {
            return context.close(promise: nil)
        }
        switch reading {
        case .lingering(let since):
            if now - since > limits.lingerTimeMax { context.close(promise: nil) }
        case .closing, .ended: return
        case .open:
            let isBehind = owed.count > (incoming?.isHandedOn == true ? 1 : 0)
            if isBehind || owesContinue {
                // It is the shop that lets the client wait.
                if arrivalStart != nil { arrivalStart = now }
            } else if let arrivalStart {
                if now - arrivalStart > limits.requestReadTimeMax {
                    refuse(Problem(.requestTimeout, "the request took too long to arrive"))
                }
            } else if owed.isEmpty, now - idleSince > limits.idleTimeMax {
                context.close(promise: nil)
            }
        }
    }

    private var waitingByteCount: Int {
        guard let options = context?.channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }
}
