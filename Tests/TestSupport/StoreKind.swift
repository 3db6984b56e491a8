import Testing

/// Which database a test's stores are in. Fixtures ask for it.
package enum StoreKind: CaseIterable, Sendable {
    case sqlite, postgresql

    @TaskLocal package static var current = StoreKind.sqlite
}

/// Runs a test once for each kind of database.
package struct OnEachStore: TestTrait, SuiteTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        for kind in StoreKind.allCases {
            await StoreKind.$current.withValue(kind) {
                do {
                    try await function()
                } catch {
                    Issue.record(error, "on \(kind)")
                }
            }
        }
    }
}

extension Trait where Self == OnEachStore {
    package static var onEachStore: Self { Self() }
}
