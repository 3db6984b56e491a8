import Model
import Testing

@Suite struct RotatedLogsTests {
    @Test(
        arguments: [
            ([], []), (["log"], ["log"]), (["log.1", "log", "log.2"], ["log.2", "log.1", "log"]),
            (["log.9", "log.10", "log.11"], ["log.11", "log.10", "log.9"]),
            (["log-20261124", "log", "log-20261123"], ["log-20261123", "log-20261124", "log"]),
            (["other", "log.new", "log.aside-1", "log.1.bak", "log.-1", "log.+1", "log.", "xlog"], []),
        ] as [([String], [String])])
    func oldestFirst(names: [String], expected: [String]) {
        let log = RotatedLogs(of: "log", among: names)
        #expect(log.names == expected)
        #expect(log.obstacle == nil)
    }

    @Test func tellsWhatIsMissingOrPacked() {
        let gap = RotatedLogs(of: "log", among: ["log", "log.1", "log.3"])
        #expect(gap.obstacle?.name == "log.2")
        #expect(gap.obstacle?.reason.contains("between log.3 and log.1") == true)
        for packed in ["log.2.gz", "log-20261123.xz"] {
            #expect(RotatedLogs(of: "log", among: ["log", "log.1", packed]).obstacle?.name == packed)
        }
        // Unpacked beside it.
        #expect(RotatedLogs(of: "log", among: ["log", "log.1", "log.1.gz", "other.1.gz"]).obstacle == nil)
    }
}
