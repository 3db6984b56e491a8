import Foundation
import TierHTTP

/// Runs `body` with a new folder that is removed afterwards.
package func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "bookstore-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}

/// Runs `body` with event loops that are ended afterwards.
package func withLoops<Value>(count: Int = 2, _ body: (TierLoops) async throws -> Value) async throws -> Value
{
    let loops = TierLoops(count: count)
    do {
        let value = try await body(loops)
        await loops.shutdown()
        return value
    } catch {
        await loops.shutdown()
        throw error
    }
}

/// Waits until `condition` holds, looking every few milliseconds.
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

/// A condition that did not come true.
package struct WaitedTooLong: Error, CustomStringConvertible {
    let what: String
    /// What was waited for.
    package var description: String { "waited too long: \(what)" }
}

/// A port of the loopback address that nothing listens on.
package func freePort() throws -> Int {
    let listener = try RawListener()
    defer { listener.close() }
    return listener.port
}
