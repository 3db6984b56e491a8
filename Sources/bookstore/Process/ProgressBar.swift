internal import Foundation
internal import Monitoring
internal import Synchronization

/// Progress of a long step on standard error: a bar that redraws in place on a terminal, a line for every
/// tenth elsewhere. A step that is quick shows nothing.
final class ProgressBar: Sendable {
    private static let quietSeconds = 0.5
    private static let width = 30

    private let title: String
    private let start = ContinuousClock.now
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let lastShare = Mutex(-1)

    init(_ title: String) { self.title = title }

    /// Shows that `done` of `total` are done.
    func show(_ done: Int, of total: Int) {
        guard total > 0, ContinuousClock.now - start > .seconds(Self.quietSeconds) else { return }
        let percent = min(100, done * 100 / total)
        let share = isTerminal ? percent : percent / 10
        let isNew = lastShare.withLock { last in
            defer { last = share }
            return last != share
        }
        guard isNew else { return }
        if isTerminal {
            let filled = percent * Self.width / 100
            let bar =
                String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
            let end = percent == 100 ? "\n" : ""
            StandardError.write("\r\(title) [\(bar)] \(percent) %\(end)")
        } else {
            ExitStatus.say("\(title): \(percent) %")
        }
    }

    /// Leaves a bar that did not come to its end.
    func end() {
        if isTerminal, (0..<100).contains(lastShare.withLock { $0 }) {
            StandardError.write("\n")
        }
    }

    /// As ``show(_:of:)``, for callers that pass two plain numbers.
    var show: (Int, Int) -> Void { { self.show($0, of: $1) } }
}
