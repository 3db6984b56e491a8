internal import Linearizability
internal import NIOCore

/// One purchase sent many times at the same moment. All copies with an outcome must get the same one.
struct SimultaneousCopies {
    var operation: Operation
    let callers: [StoreCaller]
    private(set) var findings: [Finding] = []

    init(operation: Operation, callers: [StoreCaller]) {
        self.operation = operation
        self.callers = callers
    }

    /// Sends a copy by each caller and waits for all responses. The first with an outcome ends the
    /// operation.
    func send() async -> SimultaneousCopies {
        var sent = self
        let (item, key) = (operation.item, operation.key)
        await withTaskGroup(of: (Reply, UInt64).self) { group in
            for caller in callers {
                group.addTask {
                    let reply = await caller.buy(item, key: key, within: .seconds(7))
                    return (reply, NIODeadline.now().uptimeNanoseconds)
                }
            }
            for await (reply, nanos) in group { sent.record(reply, atNanos: nanos) }
        }
        return sent
    }

    private mutating func record(_ reply: Reply, atNanos nanos: UInt64) {
        switch reply {
        case .unknown: break
        case .outcome(let outcome):
            if operation.outcome == .unknown
                || (operation.outcome == outcome && nanos < operation.seen.returnedNanos ?? .max)
            {
                operation.end(outcome, atNanos: nanos)
            } else if operation.outcome != outcome {
                let text = "\(operation.text), sent \(callers.count) times at once: expected one answer"
                findings.append(Finding(.duplicated, "\(text), found \(operation.outcome) and \(outcome)"))
            }
        case .keyReused: findings.append(Finding(.wrongAnswer, "\(operation.text): a copy was answered 422"))
        case .wrong(let text): findings.append(Finding(.wrongAnswer, text))
        }
    }
}
