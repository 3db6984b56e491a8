/// A model of a disk while programs write: what they see, and what a power cut would leave.
///
/// The model of names is the weakest that ext4 and xfs promise: a new file's name is kept by a sync of the
/// file or of its folder; a rename, a removal and a new folder only by a sync of the folder they are in. A
/// file's bytes are kept by its own sync; before it, any part of them may be.
struct DiskModel {
    /// How much of the unsynced state survives.
    enum Luck: CaseIterable {
        /// Nothing.
        case nothing
        /// All names, no bytes: a rename that overtakes its file's contents.
        case names
        /// All names and the logs, which are then ahead of the databases.
        case logs
        /// Some names, some sectors of the databases in any order, and a part of each log.
        case some
        /// Everything, as when only the processes die.
        case all
    }

    /// A file of an image.
    struct Kept: Equatable {
        let inode: UInt64
        let bytes: [UInt8]
    }

    private enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(Int)
    }

    private enum NameChange {
        case add(String, file: Int)
        case move(from: String, to: String, file: Int)
        case remove(String, file: Int)
        case addFolder(String)

        /// The folder whose sync makes the name durable.
        var folder: String {
            switch self {
            case .add(let path, _), .move(_, let path, _), .remove(let path, _), .addFolder(let path):
                DiskModel.folder(of: path)
            }
        }
    }

    private struct File {
        let inode: UInt64
        var onDisk: [UInt8] = []
        var waiting: [Change] = []
        /// The content as programs see it, including bytes that a failed sync dropped from the disk.
        var seen: [UInt8] = []
    }

    private static let sectorBytes = 512
    private let root: String
    private var files: [File] = []
    private var fileOfInode: [UInt64: Int] = [:]
    /// The names as programs see them.
    private var names: [String: Int] = [:]
    private var keptNames: [String: Int] = [:]
    private var keptFolders: Set<String>
    private var waitingNames: [NameChange] = []

    /// - Parameter root: the recorded folder, which exists from the start.
    init(root: String) {
        self.root = root
        keptFolders = [root]
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    // MARK: What is done

    mutating func apply(_ record: DiskRecord) {
        switch record.kind {
        case .create:
            // A new file may get the inode of a deleted one.
            files.append(File(inode: record.inode))
            fileOfInode[record.inode] = files.count - 1
            names[record.path] = files.count - 1
            waitingNames.append(.add(record.path, file: files.count - 1))
        case .write: change(record, .write(offset: record.offset, bytes: record.data))
        case .truncate: change(record, .truncate(record.offset))
        case .sync: sync(record)
        case .syncFolder: syncFolder(record.path)
        case .failedSync:
            if let file = fileOfInode[record.inode] { files[file].waiting = [] }
        case .rename:
            guard let file = fileOfInode[record.inode] else { return }
            names[record.path] = nil
            names[record.newPath] = file
            waitingNames.append(.move(from: record.path, to: record.newPath, file: file))
        case .unlink:
            guard let file = names.removeValue(forKey: record.path) else { return }
            waitingNames.append(.remove(record.path, file: file))
        case .makeFolder: waitingNames.append(.addFolder(record.path))
        case .note: break
        }
    }

    private mutating func change(_ record: DiskRecord, _ change: Change) {
        guard let file = fileOfInode[record.inode] else { return }
        files[file].waiting.append(change)
        Self.apply(change, to: &files[file].seen)
    }

    private mutating func sync(_ record: DiskRecord) {
        guard let file = fileOfInode[record.inode] else { return }
        for change in files[file].waiting { Self.apply(change, to: &files[file].onDisk) }
        files[file].waiting = []
        waitingNames.removeAll { change in
            guard case .add(let path, file) = change else { return false }
            keptNames[path] = file
            return true
        }
    }

    private mutating func syncFolder(_ folder: String) {
        for change in waitingNames where change.folder == folder {
            Self.apply(change, &keptNames, &keptFolders)
        }
        waitingNames.removeAll { $0.folder == folder }
    }

    private static func apply(
        _ change: NameChange, _ names: inout [String: Int], _ folders: inout Set<String>
    ) {
        switch change {
        case .add(let path, let file): names[path] = file
        // The old name may belong to a newer file, kept by that file's own sync.
        case .move(let from, let to, let file):
            if names[from] == file { names[from] = nil }
            names[to] = file
        case .remove(let path, let file): if names[path] == file { names[path] = nil }
        case .addFolder(let path): folders.insert(path)
        }
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .truncate(let count):
            if count < bytes.count { bytes.removeSubrange(count...) } else { grow(&bytes, to: count) }
        case .write(let offset, let new):
            grow(&bytes, to: offset + new.count)
            bytes.replaceSubrange(offset..<offset + new.count, with: new)
        }
    }

    private static func grow(_ bytes: inout [UInt8], to count: Int) {
        if bytes.count < count { bytes += [UInt8](repeating: 0, count: count - bytes.count) }
    }

    // MARK: What is left

    /// The files and folders that a power cut at this moment would leave, by path.
    func image(_ luck: Luck, using random: inout some RandomNumberGenerator) -> (
        files: [String: Kept], folders: Set<String>
    ) {
        var names = keptNames
        var folders = keptFolders
        let nameCount =
            switch luck {
            case .nothing: 0
            case .names, .logs, .all: waitingNames.count
            // Names reach the disk in their order, through the file system's journal.
            case .some: Int.random(in: 0...waitingNames.count, using: &random)
            }
        for change in waitingNames.prefix(nameCount) { Self.apply(change, &names, &folders) }
        var kept: [String: Kept] = [:]
        for (path, file) in names.sorted(by: { $0.key < $1.key })
        where folders.contains(Self.folder(of: path)) {
            kept[path] = Kept(
                inode: files[file].inode,
                bytes: bytes(of: files[file], isLog: path.hasSuffix("_log"), luck, using: &random))
        }
        return (kept, folders)
    }

    /// The files as programs see them.
    func seen() -> [String: Kept] {
        names.mapValues { Kept(inode: files[$0].inode, bytes: files[$0].seen) }
    }

    private func bytes(
        of file: File, isLog: Bool, _ luck: Luck, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var bytes = file.onDisk
        switch luck {
        case .nothing, .names: break
        case .logs: if isLog { bytes = file.seen }
        case .all: bytes = file.seen
        case .some where isLog:
            let count = file.seen.count
            bytes =
                count > bytes.count
                ? Array(file.seen.prefix(Int.random(in: bytes.count...count, using: &random))) : bytes
        case .some:
            for change in file.waiting.flatMap(Self.sectors) where Bool.random(using: &random) {
                Self.apply(change, to: &bytes)
            }
        }
        return bytes
    }

    /// A write that reaches the disk sector by sector.
    private static func sectors(of change: Change) -> [Change] {
        guard case .write(let offset, let bytes) = change else { return [change] }
        var parts: [Change] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, ((offset + start) / sectorBytes + 1) * sectorBytes - offset)
            parts.append(.write(offset: offset + start, bytes: Array(bytes[start..<end])))
            start = end
        }
        return parts
    }
}

/// The splitmix64 generator. A seed repeats its numbers, so that a failure can be reproduced.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
