import Foundation

/// Processes of this machine, from `/proc`.
package enum ProcessTable {
    /// The running children of a process, without zombies, in the order of their start.
    package static func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            guard let (state, parentOfIt) = stateAndParent("/proc/\(pid)") else { return false }
            return parentOfIt == parent && state != "Z"
        }.sorted()
    }

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

    private static func stateAndParent(_ entry: String) -> (state: String, parent: pid_t)? {
        guard let data = FileManager.default.contents(atPath: entry + "/stat") else { return nil }
        // The program's name is in parentheses and may contain any character.
        let fields =
            String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        return (String(fields[0]), parent)
    }
}
