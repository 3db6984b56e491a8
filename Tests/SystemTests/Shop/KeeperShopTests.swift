import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Keepers at the desk: what their roles allow, and sessions that every shop of the store takes.
    @Suite struct KeeperShopTests {
        @Test func twoShopsShareASession() async throws {
            try await withDesk { store, desk in
                try await withShop(of: store) { other in
                    var other = other
                    other.cookie = desk.cookie
                    let page = try await desk.send("GET", "/desk/book/1")
                    let same = try await other.send("GET", "/desk/book/1")
                    #expect(same.status == 200 && page.value("csrf") == same.value("csrf"))
                    // A form of a page of one shop is taken by the other.
                    let done = try await other.submit(
                        "/desk/changes", of: page, ["stock-1": "2", "reason": "delivery"])
                    #expect(done.status == 303, "\(done.body)")
                    #expect(try await store.stock(of: 1) == 5)
                    let out = try await other.submit("/desk/sign-out", of: same, [:])
                    #expect(out.location == "/desk/sign-in")
                    #expect(try await desk.send("GET", "/desk").location == "/desk/sign-in")
                    let late = try await desk.submit(
                        "/desk/changes", of: page, ["stock-1": "2", "reason": "late"])
                    #expect(late.status == 403 && late.body.contains("This form is no longer valid"))
                    #expect(try await store.stock(of: 1) == 5)
                }
            }
        }

        @Test func aReaderSeesAndCannotChange() async throws {
            try await withDesk { store, desk in
                try await store.addKeeper("rita", "reader")
                let reader = try await signedIn(Desk(port: desk.port), keeper: "rita")
                let book = try await reader.send("GET", "/desk/book/1")
                #expect(book.status == 200 && !book.body.contains("/desk/changes"))
                #expect(!book.body.contains(#"href="/desk/keepers""#))
                let add = try await reader.send("GET", "/desk/add")
                #expect(add.status == 403 && add.body.contains("A reader may not change anything"))
                // The token of an owner's page does not help, and that of an own page does no more than a reader may.
                let owners = try await desk.send("GET", "/desk/book/1")
                let token = try #require(book.value("csrf"))
                let typed = ["stock-1": "2", "reason": "mine"]
                let forged = try await reader.submit("/desk/changes", of: owners, typed)
                #expect(forged.status == 403 && forged.body.contains("This form is no longer valid"))
                let own = try await reader.submit(
                    "/desk/changes", of: owners, typed.merging(["csrf": token]) { $1 })
                #expect(own.status == 403 && own.body.contains("You may not do this"), "\(own.body)")
                #expect(own.body.contains("A reader may not change anything"))
                let settings = try await reader.send("GET", "/desk/settings")
                #expect(settings.status == 200 && !settings.body.contains("Save"))
                let set = try await reader.send(
                    "POST", "/desk/settings",
                    ["csrf": try #require(settings.value("csrf")), "name": "Mine", "seen-name": ""])
                #expect(set.status == 403, "\(set.body)")
                #expect(try await store.stock(of: 1) == 3)
                expectJSON(try await store.get("/shop"), #"{"result":{}}"#)
            }
        }

        @Test func aRemovedKeepersOpenPageIsRefused() async throws {
            try await withDesk { store, desk in
                try await store.addKeeper("ben", "keeper")
                let ben = try await signedIn(Desk(port: desk.port), keeper: "ben")
                let page = try await ben.send("GET", "/desk/book/1")
                let done = try await ben.submit(
                    "/desk/changes", of: page, ["stock-1": "1", "reason": "found", "actor": "ann"])
                #expect(done.status == 303, "\(done.body)")
                let ledger = try await desk.send("GET", "/desk/book/1")
                #expect(ledger.body.contains(">ben<"))
                let entry = try await desk.send("GET", "/desk/keeper?name=ben")
                let removed = try await desk.submit("/desk/keeper-remove", of: entry, [:])
                #expect(removed.location == "/desk/keepers?done=keeper-removed", "\(removed.body)")
                let late = try await ben.submit(
                    "/desk/changes", of: try await ben.send("GET", "/desk/book/1"), ["stock-1": "1"])
                #expect(late.status == 403)
                let open = try await ben.submit("/desk/changes", of: page, ["stock-1": "1", "reason": "x"])
                #expect(open.status == 403 && open.body.contains("This form is no longer valid"))
                #expect(try await store.stock(of: 1) == 4)
                // The last owner stays.
                let owner = try await desk.send("GET", "/desk/keeper?name=owner")
                _ = try await desk.submit("/desk/keeper-remove", of: owner, [:])
                let last = try await desk.submit(
                    "/desk/keeper-remove", of: try await desk.send("GET", "/desk/keeper?name=ann"), [:])
                #expect(last.status == 409 && last.body.contains("is the last owner"), "\(last.body)")
            }
        }

        /// The password that the desk had before keepers had accounts is the first owner's, and nobody else's.
        @Test func theOldPasswordIsTheFirstOwners() async throws {
            try await withStoppedStore { store in
                try await store.start()
                try await withShop(of: store) { desk in
                    let stranger = try await desk.send(
                        "POST", "/desk/sign-in", ["keeper": "ann", "password": Desk.password])
                    #expect(stranger.status == 403 && stranger.body.contains("password is wrong"))
                    let owner = try await signedIn(desk, keeper: "owner")
                    let account = try await owner.send("GET", "/desk/account")
                    let changed = try await owner.submit(
                        "/desk/account", of: account,
                        ["old": Desk.password, "password": "another password", "again": "another password"])
                    #expect(changed.location == "/desk/sign-in?done=own-password", "\(changed.body)")
                    let old = try await desk.send(
                        "POST", "/desk/sign-in", ["keeper": "owner", "password": Desk.password])
                    #expect(old.status == 403)
                }
                // A shop that is started with the old password gives it no meaning again.
                try await withShop(of: store) { desk in
                    let old = try await desk.send(
                        "POST", "/desk/sign-in", ["keeper": "owner", "password": Desk.password])
                    #expect(old.status == 403)
                    let new = try await desk.send(
                        "POST", "/desk/sign-in", ["keeper": "OWNER", "password": "another password"])
                    #expect(new.status == 303)
                }
            }
        }

        /// A store that is away when the shop starts has its first owner when somebody signs in.
        @Test func theFirstOwnerIsMadeWhenTheStoreIsBack() async throws {
            try await withStoppedStore { store in
                try await store.start()
                try await store.stop()
                try await withShop(of: store) { desk in
                    let away = try await desk.send(
                        "POST", "/desk/sign-in", ["keeper": "owner", "password": Desk.password])
                    #expect(away.status == 503, "\(away.body)")
                    try await store.start()
                    try await eventually("the owner signs in") {
                        let answer = try await desk.send(
                            "POST", "/desk/sign-in", ["keeper": "owner", "password": Desk.password])
                        return answer.status == 303
                    }
                }
            }
        }
    }
}
