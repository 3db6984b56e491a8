import Foundation

/// Runs a blocking `body` on a thread of its own, so that tasks go on meanwhile.
package func offThePool<Value: Sendable>(_ body: @escaping () throws -> Value) async throws -> Value {
    let work = Handed(body: body)
    return try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work.body() }) }
    }
}

// Sendable: the caller waits while the other thread runs the body, so one at a time uses what it holds.
private struct Handed<Value>: @unchecked Sendable {
    let body: () throws -> Value
}
