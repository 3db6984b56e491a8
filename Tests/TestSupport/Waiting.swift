import Foundation

/// Runs blocking work on a new thread, because the concurrency pool has only one for each core. It stays
/// part of its test, so that issues are reported there.
package func onThread<Value>(_ body: () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(OwnThread()) { try body() }
}

private final class OwnThread: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Checks every few milliseconds, for `seconds`, whether `condition` holds.
package func poll(within seconds: Double, _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        usleep(3_000)
    }
    return true
}

/// Waits until `condition` holds, checking every few milliseconds.
///
/// - Throws: ``WaitedTooLong`` after `seconds`.
package func eventually(
    _ what: String, within seconds: Double = 20, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw WaitedTooLong(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A condition that did not become true.
package struct WaitedTooLong: Error, CustomStringConvertible {
    let what: String
    /// The awaited condition.
    package var description: String { "waited too long: \(what)" }
}
