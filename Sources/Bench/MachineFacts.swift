internal import Foundation

/// The machine that a run was made on.
public struct MachineFacts: Codable, Equatable, Sendable {
    /// The processor's name.
    public let processor: String
    /// Cores.
    public let cores: Int
    /// Memory, in bytes.
    public let memoryBytes: UInt64
    /// The operating system and its kernel.
    public let system: String
    /// Processes that wanted a core in the minute before the run, on average.
    public let loadAverage: Double
    /// The version of this program, and how it was built.
    public let program: String

    /// This machine, now.
    public static func now(programVersion: String) -> MachineFacts {
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

/// How long one write to the disk takes to be safe: what a durable sale cannot be quicker than.
public enum DiskProbe {
    /// How many writes are timed.
    public static let syncCount = 50
    private static let writeBytes = 4096

    /// The median time of appending 4 KiB to a file in `folder` and syncing its data, in milliseconds; nil
    /// when no file can be written there.
    public static func medianSyncMillis(folder: String) -> Double? {
        let path = folder + "/bench-probe-\(UUID().uuidString)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { return nil }
        defer {
            close(descriptor)
            unlink(path)
        }
        let block = [UInt8](repeating: 0x5A, count: writeBytes)
        let clock = ContinuousClock()
        var times: [Duration] = []
        for _ in 0..<syncCount {
            let start = clock.now
            guard write(descriptor, block, block.count) == block.count, fdatasync(descriptor) == 0 else {
                return nil
            }
            times.append(clock.now - start)
        }
        return times.sorted()[syncCount / 2] / .milliseconds(1)
    }

    /// The kind of file system that holds `folder`, such as `ext4`; nil where the system does not tell.
    public static func fileSystem(of folder: String) -> String? {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        return fileSystem(of: folder, mounts: mounts)
    }

    /// Of the mount whose folder is the longest that `folder` lies in; the last of several there.
    static func fileSystem(of folder: String, mounts: String) -> String? {
        var best: (length: Int, type: String)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let place = String(fields[1])
            let prefix = place.hasSuffix("/") ? place : place + "/"
            guard (folder + "/").hasPrefix(prefix), place.count >= best?.length ?? 0 else { continue }
            best = (place.count, String(fields[2]))
        }
        return best?.type
    }
}
