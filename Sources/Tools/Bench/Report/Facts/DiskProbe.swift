internal import Foundation

/// Measures the time of one durable write to the disk, which is the least time of a durable sale.
package enum DiskProbe {
    /// How many writes are timed.
    package static let syncCount = 50
    private static let writeBytes = 4096

    /// The median time of appending 4 KiB to a file in `folder` and syncing its data, in milliseconds; nil
    /// when no file can be written there.
    package static func medianSyncMillis(folder: String) -> Double? {
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

    /// The kind of file system that holds `folder`, such as `ext4`; nil if the system does not say.
    package static func fileSystem(of folder: String) -> String? {
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
