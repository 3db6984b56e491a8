import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore backup`: a copy made while the store sells opens as a separate store.
    @Suite struct BackupTests {
        @Test func restoresEarlierSales() async throws {
            let books = "init,1,100000,10,topic,Title\n"
            try await withStore(books: books) { store in
                for sale in 1...20 { #expect(try await store.buy(1, key: "before-\(sale)") == "Success") }
                let buying = Task {
                    var count = 0
                    while !Task.isCancelled {
                        count += 1
                        _ = try await store.buy(1, key: "meanwhile-\(count)")
                    }
                    return count
                }
                let backup = try await bookstore("backup", "copy", in: store.folder)
                buying.cancel()
                #expect(try await buying.value > 0)
                #expect(backup.status == 0, "\(backup.errors)")
                #expect(backup.output == "copy/order.sqlite\ncopy/catalog.sqlite\n")
                try await store.stop()

                // Another store opens the copy without logs.
                for tier in [Tier.catalog, .order] { store.add(["--data", "copy"], to: tier) }
                for tier in Tier.allCases { store.add(["--output", "output-of-the-copy"], to: tier) }
                try await store.start()
                for sale in 1...20 { #expect(try await store.buy(1, key: "before-\(sale)") == "Success") }
                #expect(try await store.buy(1, key: "after") == "Success")
                let verified = try await bookstore(
                    "verify", "--data", "copy", "--output", "output-of-the-copy", in: store.folder)
                #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            }
        }

        @Test func overwritesNothing() async throws {
            try await withStore { store in
                #expect(try await bookstore("backup", "copy", in: store.folder).status == 0)
                let again = try await bookstore("backup", "copy", in: store.folder)
                #expect(again.status == 78 && again.errors.contains("is there already"), "\(again.errors)")
                let nothing = try await bookstore("backup", "other", "--data", "none", in: store.folder)
                #expect(nothing.status == 78 && nothing.errors.contains("none: has no database"))
                #expect(!FileManager.default.fileExists(atPath: store.path("other")))
            }
        }
    }
}
