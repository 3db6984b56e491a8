import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Covers whose images were lost with the database: they stand in no log.
    @Suite struct LostCoverTests {
        private func give(_ image: [UInt8], to item: Int, at store: Store) async throws {
            try Data(image).write(to: URL(fileURLWithPath: store.path("image")))
            let given = try await bookstore(
                "books", "cover", "\(item)", "image", "--config", "config", in: store.folder)
            #expect(given.status == 0, "\(given.errors)")
        }

        private func expectImage(_ isThere: Bool, of item: Int, _ browser: ShopBrowser) async throws {
            try await browser.get("/book/\(item)")
            let page = browser.page.components(separatedBy: "<article ").dropFirst().first ?? ""
            let cover = page.components(separatedBy: "</article>")[0]
            #expect(cover.contains("<img class=\"cover\" src=\"/cover/") == isThere, "\(item): \(cover)")
            #expect(cover.contains("<svg class=\"cover\"") != isThere, "\(item): \(cover)")
        }

        @Test func aLostImageIsDrawnUntilItIsGivenAgain() async throws {
            try await withRunningShop { store, port in
                let browser = ShopBrowser(port: port)
                for item in [1, 2] { try await give(SampleImage.png, to: item, at: store) }
                try await give(SampleImage.webp, to: 3, at: store)
                for item in 1...4 { try await expectImage(item < 4, of: item, browser) }
                try await store.stop()
                try FileManager.default.removeItem(atPath: store.path("data"))
                let run = try await bookstore("recover", in: store.folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(
                    run.output.contains("2 images are missing, and 3 books show a drawn cover"),
                    "\(run.output)")
                try await store.start()
                for item in 1...4 { try await expectImage(false, of: item, browser) }
                // The image comes back to whatever books had it.
                try await give(SampleImage.png, to: 1, at: store)
                for item in 1...4 { try await expectImage(item < 3, of: item, browser) }
                let verdict = try await bookstore("verify", in: store.folder)
                #expect(verdict.status == 0, "\(verdict.output)")
            }
        }
    }
}
