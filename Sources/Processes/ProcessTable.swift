package import Foundation

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

    /// The state of the process or thread with this entry, and its parent; nil when it is gone.
    package static func stateAndParent(_ entry: String) -> (state: String, parent: pid_t)? {
        guard let data = FileManager.default.contents(atPath: entry + "/stat") else { return nil }
        // The program's name is in parentheses and may contain any character.
        let fields =
            String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
        return (String(fields[0]), parent)
    }
}
