import Model
import Testing

@Suite struct KeeperTests {
    @Test func rolesHaveTheirRights() {
        let rights: [KeeperRole: Set<KeeperRight>] = [
            .owner: [.signIn, .read, .change, .settings, .accounts], .keeper: [.signIn, .read, .change],
            .reader: [.signIn, .read],
        ]
        for role in KeeperRole.allCases {
            #expect(Set(KeeperRight.allCases.filter(role.has)) == rights[role])
        }
    }

    @Test(arguments: [
        ("Ann", "ann", true), ("ANN", "aNn", true), ("Zoë", "Zoe\u{308}", true), ("  Ann ", "Ann", true),
        ("Straße", "STRASSE", true), ("İpek", "i\u{307}pek", true), ("ΣΟΦΟΣ", "σοφος", true),
        ("Ann", "Anna", false), ("Zoë", "Zoe", false), ("Ann B", "AnnB", false),
    ]) func namesAreComparedRegardlessOfCase(one: String, other: String, areOne: Bool) {
        #expect((Keeper.folded(one) == Keeper.folded(other)) == areOne)
        #expect(Keeper.folded(Keeper.folded(one)) == Keeper.folded(one))
    }

    @Test func secretsSayNothing() throws {
        let secret = SessionSecret.random()
        #expect(SessionSecret(parsing: secret.text) == secret && secret != .random())
        #expect("\(secret)" == "(secret)" && String(reflecting: secret).contains(secret.text) == false)
        for odd in ["", "0", secret.text + "0", String(repeating: "A", count: 64)] {
            #expect(SessionSecret(parsing: odd) == nil)
        }
    }

    private func session(opened: Int64, used: Int64) -> KeeperSession {
        KeeperSession(
            id: "a", name: "Ann", role: .owner, opened: Timestamp(millis: opened),
            used: Timestamp(millis: used), device: nil)
    }

    @Test func sessionsEndByThemselves() {
        let hour = KeeperSession.idleMillisMax
        let fresh = session(opened: 0, used: 0)
        #expect(fresh.expires == Timestamp(millis: hour))
        #expect(fresh.isOpen(at: Timestamp(millis: hour - 1)) && !fresh.isOpen(at: Timestamp(millis: hour)))
        let old = session(opened: 0, used: 12 * hour - 1)
        #expect(old.expires == Timestamp(millis: 12 * hour))
        #expect(
            !fresh.isUseDue(at: Timestamp(millis: 59_999)) && fresh.isUseDue(at: Timestamp(millis: 60_000)))
    }

    @Test(arguments: [
        ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"), ("a\nb\u{7}c\u{202E}d", "a b c d"), (" \t ", nil),
        ("", nil), (String(repeating: "x", count: 500), String(repeating: "x", count: 120)),
        (String(repeating: "é", count: 100), String(repeating: "é", count: 60)),
    ]) func devicesAreCut(name: String, kept: String?) {
        #expect(KeeperSession.device(name) == kept)
    }
}
