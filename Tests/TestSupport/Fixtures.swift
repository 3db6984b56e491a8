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

/// Runs `body` with something that is closed afterwards, also after an error.
package func closing<Resource, Value>(
    _ resource: Resource, by close: (Resource) throws -> Void, _ body: (Resource) async throws -> Value
) async throws -> Value {
    do {
        let value = try await body(resource)
        try close(resource)
        return value
    } catch {
        try? close(resource)
        throw error
    }
}

/// A port of the loopback address that nothing listens on.
package func freePort() throws -> Int {
    let listener = try RawListener()
    defer { listener.close() }
    return listener.port
}
