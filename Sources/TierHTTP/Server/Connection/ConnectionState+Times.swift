internal import NIOCore

// How long a connection may be as it is.
extension ConnectionState {
    /// Checks how long the connection has been in its phase.
    ///
    /// - Parameter waitingBytes: what the channel holds, where it is full.
    mutating func check(
        at now: NIODeadline, waitingBytes: Int, limits: ServerLimits
    ) -> ConnectionLife.Verdict {
        if let full = fullness {
            if waitingBytes < full.byteCount {
                fullness?.takenAt = now
                fullness?.byteCount = waitingBytes
            } else if now - full.takenAt > limits.writeStallTimeMax {
                return .close
            }
        } else if case .closing(let since) = life.phase, now - since > limits.writeStallTimeMax {
            return .close
        }
        return life.check(
            at: now, isBehind: isReadHeld, isIdle: responses.isEmpty && incoming == nil, limits: limits.life)
    }

    /// When the connection is to be checked next, unless something begins that has a time of its own.
    func nextCheck(at now: NIODeadline, limits: ServerLimits) -> NIODeadline {
        if fullness != nil { return now + limits.sweepInterval }
        switch life.phase {
        case .closing(let since): return since + limits.writeStallTimeMax
        case .lingering(let since): return since + limits.lingerTimeMax
        case .ended: return now + limits.idleTimeMax
        case .open:
            let idleSince = responses.isEmpty ? life.idleSince : now
            guard let start = life.arrivalStart else { return idleSince + limits.idleTimeMax }
            // Of a client that waits for the server the time begins anew with each check.
            if isReadHeld || life.owesContinue { return now + limits.sweepInterval }
            return start + limits.requestReadTimeMax
        }
    }
}
