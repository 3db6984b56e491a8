package import Foundation
package import Model
internal import Processes

/// The bytes of a log's file, also of one that log rotation has packed.
package enum LogContent {
    private static let unpackers = [".gz": "gzip", ".xz": "xz", ".bz2": "bzip2", ".zst": "zstd"]

    /// Reads a whole file; a packed one by the program that packs such files.
    ///
    /// - Throws: ``Model/FileFault`` when it cannot be read, or there is no such program.
    package static func read(_ path: String) throws(FileFault) -> Data {
        guard let unpacker = unpackers.first(where: { path.hasSuffix($0.key) })?.value else {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw FileFault(path: path, reason: "cannot be read")
            }
            return data
        }
        guard let program = find(unpacker) else {
            throw FileFault(
                path: path,
                reason: "is packed, and there is no \(unpacker) here; unpack it, so that it can be read")
        }
        guard let data = output(of: program, path) else {
            throw FileFault(
                path: path, reason: "is packed, and \(unpacker) cannot unpack it; bring a whole one back")
        }
        return data
    }

    private static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What the program writes; nil when it fails.
    private static func output(of program: String, _ path: String) -> Data? {
        var command = ChildProcess.Command(program, ["-d", "-c", "--", path])
        command.output = .pipe
        command.errors = .discarded
        guard let process = try? ChildProcess(command) else { return nil }
        var data = Data()
        process.readOutput { data.append(contentsOf: $0) }
        return process.waitUntilEnd() == 0 ? data : nil
    }
}
