import Foundation
import Synchronization
import TestSupport
import Testing

/// All tests that start servers. One after the other, so that a machine of two cores is never crowded.
@Suite(.serialized, .timeLimit(.minutes(2))) enum RealProcesses {}

/// The programs and files that the tests use.
enum Program {
    /// The package's folder.
    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The built executable: beside the bundle of the tests, where every build puts it.
    static let bookstore: String = {
        let own = [Bundle.main.executablePath].compactMap { $0 } + ProcessInfo.processInfo.arguments
        var candidates: [String] = []
        for path in own where path.hasPrefix("/") {
            var url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            while url.pathComponents.count > 1 {
                url.deleteLastPathComponent()
                if url.path.contains("/.build/") { candidates.append(url.path + "/bookstore") }
            }
        }
        candidates.append(package + "/.build/debug/bookstore")
        let found = candidates.first { FileManager.default.isExecutableFile(atPath: $0) && !isFolder($0) }
        return found ?? package + "/.build/debug/bookstore"
    }()

    /// The Python of the Flask twins.
    static let flaskPython = package + "/.build/flask-venv/bin/python"

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = ObjCBool(false)
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

/// Ports for servers. Below the range from which the system picks ports for outgoing connections, so that
/// none of them takes a port between this look and the server's start.
enum FreePort {
    private static let range = 12_000..<30_000
    private static let next = Mutex(range.lowerBound + Int(getpid()) * 37 % range.count)

    static func take() throws -> Int {
        for _ in range {
            let port = next.withLock { next in
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                return next
            }
            if isFree(port) { return port }
        }
        throw ServerProcess.Failed(description: "no port is free")
    }

    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// Runs a blocking call on a thread of its own, since the concurrency pool has only one for each core.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}

/// A finished run of a command.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String
}

/// Runs `bookstore` with arguments in a folder and waits for its end.
func bookstore(
    _ arguments: String..., in folder: String, environment: [String: String] = [:]
) async throws -> CommandRun {
    try await run(Program.bookstore, arguments, in: folder, environment: environment)
}

/// Runs a program in a folder and waits for its end.
func run(
    _ program: String, _ arguments: [String], in folder: String, environment: [String: String] = [:]
) async throws -> CommandRun {
    let name = "run-\(UUID().uuidString)"
    let process = try ServerProcess(name, program, arguments, in: folder, environment: environment)
    defer { process.end() }
    let status = try await process.exit(within: 60)
    return CommandRun(status: status, output: process.output, errors: process.errors)
}
