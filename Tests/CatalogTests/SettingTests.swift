import Model
import Monitoring
import NIOCore
import Storage
import TestSupport
import Testing
import TierHTTP

@testable import Catalog

/// The shop's settings that the store keeps.
@Suite struct SettingTests {
    private func keep(_ values: [ShopSetting: String?], by actor: String?, _ store: ShelvedStore) throws {
        _ = try store.commitUnlogged([.settings(SettingsChange(values, actor: actor))])
    }

    @Test(.onEachStore) func settingsAreKeptAcrossARestart() async throws {
        try await withCatalogFolder { folder in
            let before = Timestamp.now
            try folder.withStore { store in
                #expect(try store.store.settings().isEmpty)
                try keep([.name: "Buch & Bohne", .zone: "Europe/Berlin", .tax: "USt 7"], by: "ann", store)
                try keep([.name: "Bohne & Buch", .tax: nil, .currency: nil], by: nil, store)
                #expect(try store.movementLines().isEmpty)
            }
            try folder.withStore { store in
                let kept = try store.store.settings()
                #expect(kept.map(\.setting) == [.name, .zone])
                #expect(kept.map(\.value) == ["Bohne & Buch", "Europe/Berlin"])
                #expect(kept.map(\.actor) == [nil, "ann"])
                #expect(kept.allSatisfy { (before.millis...Timestamp.now.millis).contains($0.time.millis) })
            }
        }
    }

    /// A store may have been opened by a later version.
    @Test(.onEachStore) func aSettingThatIsNotKnownIsLeftAlone() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { try keep([.language: "de"], by: nil, $0) }
            try folder.execute(
                "INSERT INTO shop_setting (setting, value, at_millis) VALUES ('opens', '9:00', 0)")
            let known = try folder.withStore { try $0.store.settings().map(\.setting) }
            #expect(known == [.language])
        }
    }

    @Test(.onEachStore) func theEngineAnswersWhatIsKeptAfterwards() async throws {
        try await withCatalogFolder { folder in
            try await folder.withEngine { engine in
                try await withLoops { loops in
                    let loop = loops.slots[0].eventLoop
                    let change = SettingsChange([.name: "Bohne"], actor: "ann")
                    let kept = try await engine.keep(change, on: loop).get()
                    #expect(kept.map(\.value) == ["Bohne"])
                    #expect(try await engine.settings(on: loop).get() == kept)
                }
            }
        }
    }
}
