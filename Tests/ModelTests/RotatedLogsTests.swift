import Model
import Testing

@Suite struct RotatedLogsTests {
    @Test(
        arguments: [
            ([], []), (["log"], ["log"]), (["log.1", "log", "log.2"], ["log.2", "log.1", "log"]),
            (
                ["log.10", "log.9"] + (1...8).map { "log.\($0)" },
                (1...10).reversed().map { "log.\($0)" }
            ),
            (["log.0", "log.1", "log"], ["log.1", "log.0", "log"]),
            (["log-20261124", "log", "log-20261123"], ["log-20261123", "log-20261124", "log"]),
            (["log-2026-11-02", "log-2026-10-30", "log"], ["log-2026-10-30", "log-2026-11-02", "log"]),
            (
                ["log", "log-20261101-1672531300", "log-20261101-1672531200"],
                ["log-20261101-1672531200", "log-20261101-1672531300", "log"]
            ),
            (["log-2026110113", "log-2026110109"], ["log-2026110109", "log-2026110113"]),
            (["log-1793500000", "log-1672531200"], ["log-1672531200", "log-1793500000"]),
            (["log.20261102", "log.20261101", "log"], ["log.20261101", "log.20261102", "log"]),
            (
                ["log_2026-11-01_13:05", "log_2026-11-01_04:50"],
                ["log_2026-11-01_04:50", "log_2026-11-01_13:05"]
            ),
            // The form of the names has changed, for other days.
            (
                ["log-20261102", "log-2026-11-01", "log-1672531200"],
                ["log-1672531200", "log-2026-11-01", "log-20261102"]
            ),
            // Packed, alone or beside its unpacked file.
            (["log.2.gz", "log.1", "log", "log.1.gz"], ["log.2.gz", "log.1", "log"]),
            (
                ["log-20261123.xz", "log-20261124.zst", "log"],
                ["log-20261123.xz", "log-20261124.zst", "log"]
            ),
            (["other", "log.new", "log.aside-1", "log.1.bak", "log.-1", "log.+1", "log.", "xlog"], []),
        ] as [([String], [String])])
    func oldestFirst(names: [String], expected: [String]) {
        let log = RotatedLogs(of: "log", among: names)
        #expect(log.names == expected)
        #expect(log.obstacle == nil)
    }

    /// The missing numbers, up to the current file, which counts as 0.
    @Test(
        arguments: [
            (["log", "log.1", "log.3"], "log.2", "between log.3 and log.1"),
            (["log", "log.2"], "log.1", "between log.2 and log"),
            (["log.2"], "log.1", "between log.2 and log"),
            (["log", "log.1", "log.2", "log.4.gz"], "log.3", "between log.4.gz and log.2"),
            (["log.9", "log.10", "log.11"], "log.8", "between log.9 and log"),
        ] as [([String], String, String)])
    func namesANumberThatIsMissing(names: [String], missing: String, place: String) {
        let obstacle = RotatedLogs(of: "log", among: names).obstacle
        #expect(obstacle?.name == missing)
        #expect(obstacle?.reason.contains(place) == true, "\(String(describing: obstacle))")
    }

    @Test(
        arguments: [
            (["log.1", "log", "log-20261101"], "log-20261101", "which is the older"),
            (["log-20261101", "log-2026110112"], "log-2026110112", "of the same time as log-20261101"),
            (["log-20261101", "log-2026-11-01"], "log-20261101", "of the same time as log-2026-11-01"),
            (["log-01112026", "log"], "log-01112026", "does not say by its name"),
            (["log-20261301", "log"], "log-20261301", "does not say by its name"),
            (["log-1", "log"], "log-1", "does not say by its name"),
        ] as [([String], String, String)])
    func namesFilesOfNoCertainOrder(names: [String], named: String, why: String) {
        let obstacle = RotatedLogs(of: "log", among: names).obstacle
        #expect(obstacle?.name == named)
        #expect(obstacle?.reason.contains(why) == true, "\(String(describing: obstacle))")
    }

    @Test func reportsUnreadFiles() {
        let names = [
            "log", "log.1", "log.1.gz", "log.1.bak", "log~", "log-old", "log.new", "log.aside-1", "logs",
            "xlog",
        ]
        #expect(RotatedLogs(of: "log", among: names).unread == ["log-old", "log.1.bak", "log~"])
    }

    @Test func knowsThatTheCurrentFileIsMissing() {
        #expect(RotatedLogs(of: "log", among: ["log.1"]).lacksCurrent("log"))
        #expect(!RotatedLogs(of: "log", among: ["log.1", "log"]).lacksCurrent("log"))
        #expect(!RotatedLogs(of: "log", among: []).lacksCurrent("log"))
    }
}
