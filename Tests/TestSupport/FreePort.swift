import Foundation
import Processes
import Synchronization

/// Free ports for the servers of a test run, each used only once.
package enum FreePort {
    private static let range = LoopbackPorts.range
    private static let next = Mutex(range.lowerBound + Int(getpid()) * 37 % range.count)

    package static func find() throws -> Int {
        for _ in range {
            let port = next.withLock { next in
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                return next
            }
            if isFree(port) { return port }
        }
        throw ServerProcess.Failed(description: "no port is free")
    }

    package static func isFree(_ port: Int) -> Bool { LoopbackPorts.isFree(port) }
}
