import Foundation
import Processes

extension ProcessTable {
    package static func isRunning(_ pid: pid_t) -> Bool {
        stateAndParent("/proc/\(pid)").map { $0.state != "Z" } ?? false
    }

    /// Whether all threads of a process are stopped.
    package static func isStopped(_ pid: pid_t) -> Bool {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return !threads.isEmpty
            && threads.allSatisfy { stateAndParent("/proc/\(pid)/task/\($0)")?.state == "T" }
    }

    /// The command line of a process.
    package static func arguments(of pid: pid_t) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
