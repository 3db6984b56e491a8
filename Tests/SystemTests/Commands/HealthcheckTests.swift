import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore healthcheck`, which container engines run to check a tier.
    @Suite struct HealthcheckTests {
        @Test func distinguishesReadyFromRunning() async throws {
            try await withStoppedStore { store in
                for tier in ["catalog", "order", "frontend"] {
                    let none = try await bookstore("healthcheck", tier, in: store.folder)
                    #expect(none.status == 69 && none.errors.contains("does not answer"), "\(none.errors)")
                }
                try await store.start()
                for tier in ["catalog", "order", "frontend"] {
                    let ready = try await bookstore("healthcheck", tier, in: store.folder)
                    #expect(ready.status == 0, "\(tier): \(ready.errors)")
                }
                try store.kill(.catalog)
                try await eventually("the frontend misses the catalog") {
                    try await store.status(.frontend, "/readyz") == 503
                }
                let blind = try await bookstore("healthcheck", "frontend", in: store.folder)
                #expect(blind.status == 1 && blind.errors.contains("catalog"), "\(blind.errors)")
                let live = try await bookstore("healthcheck", "frontend", "--live", in: store.folder)
                #expect(live.status == 0, "\(live.errors)")
            }
        }

        /// A tier in a container listens on every address, while its config line has the name that others use.
        @Test func asksWhereTheServerListens() async throws {
            try await withStore { store in
                let config = "catalog,name-of-the-catalog.invalid:\(store.port(.catalog))\n"
                try store.write(config, to: "container-config")
                let run = try await bookstore(
                    "healthcheck", "catalog", "--config", "container-config", "--bind", "0.0.0.0",
                    in: store.folder)
                #expect(run.status == 0, "\(run.errors)")
            }
        }

        /// As in a container: without capabilities, even if root runs the tests.
        @Test(.enabled(if: getuid() == 0, "without root every other test is this one"))
        func servesWithoutPrivileges() async throws {
            try await withStoppedStore { store in
                for tier in [Tier.catalog, .order, .frontend] {
                    try store.launch(
                        tier, program: "/usr/bin/setpriv",
                        ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", Program.bookstore]
                            + [tier.rawValue, "--supervised"])
                    try await store.waitUntilReady(tier)
                }
                #expect(try await store.buy(1) == "Success")
            }
        }

        @Test func refusesAnUnknownServer() async throws {
            try await withTemporaryFolder { folder in
                let run = try await bookstore("healthcheck", "till", in: folder)
                #expect(run.status == 64 && run.errors.contains("'till' is no server"), "\(run.errors)")
            }
        }
    }
}
