internal import Foundation
internal import UnixSignals

/// The signals by which a person or a supervisor asks this process to stop.
enum StopSignals {
    /// Calls `stop` at the first of them and ends the process with status 1 at the second: whoever asks twice does not
    /// want to wait. Children end with this process.
    ///
    /// - Parameter reload: called at each SIGHUP; nil leaves that signal alone.
    /// - Returns: the task that listens, to be cancelled at the end.
    static func listen(
        reload: (@Sendable () -> Void)? = nil, stop: @escaping @Sendable () -> Void
    ) async -> Task<Void, Never> {
        let signals = await UnixSignalsSequence(
            trapping: [.sigterm, .sigint] + (reload == nil ? [] : [.sighup]))
        return Task {
            var isStopping = false
            for await signal in signals {
                if signal == .sighup {
                    reload?()
                    continue
                }
                if isStopping { Foundation.exit(ExitStatus.failed.rawValue) }
                isStopping = true
                stop()
            }
        }
    }
}
