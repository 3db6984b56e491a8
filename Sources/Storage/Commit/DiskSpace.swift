internal import Foundation
package import Model

/// Refuses changes before a disk is so full that writing them could fail half way.
package struct DiskSpace: Sendable {
    /// Free bytes that must be left: some hundred batches of the largest size.
    package static let reserveBytes: UInt64 = 16 << 20

    private let tier: String
    private let folders: [String]

    /// - Parameter folders: where the tier writes.
    package init(tier: String, folders: [String]) {
        self.tier = tier
        self.folders = folders
    }

    /// Whether there is room on all of the folders' disks.
    package var hasRoom: Bool { (try? check()) != nil }

    /// - Throws: ``Model/StoreError/unavailable`` when one of the folders' disks has too little room.
    package func check() throws(StoreError) {
        for folder in folders {
            var status = statvfs()
            // A folder that cannot be asked is left to the write itself.
            guard statvfs(folder, &status) == 0 else { continue }
            guard UInt64(status.f_bavail) * UInt64(status.f_frsize) >= Self.reserveBytes else {
                throw .unavailable(tier: tier, reason: .diskFull, outcomeUnknown: false)
            }
        }
    }
}
