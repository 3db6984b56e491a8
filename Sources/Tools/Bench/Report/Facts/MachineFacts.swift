internal import Foundation
internal import Model

/// The machine that a run was made on.
package struct MachineFacts: Codable, Equatable, Sendable {
    /// The processor's name.
    package let processor: String
    package let cores: Int
    package let memoryBytes: UInt64
    /// The operating system and its kernel.
    package let system: String
    /// Processes that wanted a core in the minute before the run, on average.
    package let loadAverage: Double
    /// The version of this program, and how it was built.
    package let program: String

    package static func now(programVersion: String) -> MachineFacts {
        let information = ProcessInfo.processInfo
        let read = { (path: String) in (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        let processor = value(of: "model name", in: read("/proc/cpuinfo"), separator: ":")
        let release = read("/proc/sys/kernel/osrelease").trimmingCharacters(in: .whitespacesAndNewlines)
        let name = value(of: "PRETTY_NAME", in: read("/etc/os-release"), separator: "=")?
            .trimmingCharacters(in: ["\""])
        let system = name ?? information.operatingSystemVersionString
        return MachineFacts(
            processor: processor ?? "unknown", cores: information.activeProcessorCount,
            memoryBytes: information.physicalMemory,
            system: release.isEmpty ? system : "\(system), Linux \(release)",
            loadAverage: Double(read("/proc/loadavg").split(separator: " ").first ?? "") ?? 0,
            program: "bookstore \(programVersion), \(build), \(compiler)")
    }

    /// The value in the first `name<separator>value` line.
    static func value(of name: String, in text: String, separator: Character) -> String? {
        for line in text.split(separator: "\n") {
            let sides = line.split(separator: separator, maxSplits: 1)
            if sides.count == 2, sides[0].trimmingCharacters(in: .whitespaces) == name {
                return sides[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }

    #if DEBUG
        private static let build = "development build"
    #else
        private static let build = "release build"
    #endif

    #if compiler(>=6.3)
        private static let compiler = "Swift 6.3"
    #elseif compiler(>=6.2)
        private static let compiler = "Swift 6.2"
    #else
        private static let compiler = "Swift 6.1"
    #endif

    /// For people.
    var facts: [Fact] {
        let gib = Figure.fixed(Double(memoryBytes) / 1_073_741_824, digits: 0)
        return [
            Fact("Machine", "\(processor), \(cores) cores, \(gib) GiB of memory"), Fact("System", system),
            Fact("Program", program),
            Fact("Load average before", Figure.fixed(loadAverage, digits: 2)),
        ]
    }
}
