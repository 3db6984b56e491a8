import Foundation
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore orders` over a whole store.
    @Suite struct OrdersCommandTests {
        private func orders(_ line: String, _ store: Store) async throws -> CommandRun {
            let words = ["orders"] + line.split(separator: " ").map(String.init)
            return try await run(Program.bookstore, words + ["--config", "config"], in: store.folder)
        }

        @Test func findsShowsStepsAndForgets() async throws {
            try await withStore { store in
                try await store.order(
                    "o",
                    #"{"lines":[{"item_number":"1","copies":2},{"item_number":"2","copies":1}],"name":"Ann"}"#
                )
                try await store.order("p", #"{"lines":[{"item_number":"3","copies":1}],"email":"b@c"}"#)
                let found = try await orders("find ann --state placed --book 2", store)
                #expect(found.output.contains("1=2 2=1") && !found.output.contains("b@c"), "\(found)")
                #expect(try await orders("find --json", store).output.contains(#""email":"b@c""#))
                let shown = try await orders("show 1", store)
                #expect(shown.output.contains("order 1 is placed") && shown.output.contains("name Ann"))
                #expect(shown.output.contains("total 40, paid back 0"), "\(shown.output)")
                #expect(try await orders("state 1 returned", store).status == 1)
                for state in ["ready", "handed_over"] {
                    #expect(try await orders("state 1 \(state) --actor ann", store).status == 0)
                }
                let back = try await orders("state 1 returned 1=1 --reason torn --json", store)
                #expect(back.output.contains(#""refunded":"10""#), "\(back)")
                #expect(try await store.stock(of: 1) == 2)
                let forgotten = try await orders("forget 1", store)
                #expect(!forgotten.output.contains("Ann") && forgotten.output.contains("returned by"))
                #expect(try await orders("--limit 5", store).status == 0)
                for wrong in [
                    "show", "show x", "show 0", "state 1", "state 1 placed", "state 1 ready 1=1",
                    "state 1 returned 1=0", "find --state lost", "find --book x", "forget",
                ] {
                    #expect(try await orders(wrong, store).status == 64, "\(wrong)")
                }
                #expect(try await orders("show 99", store).status == 1)
            }
        }
    }
}
