import Foundation

/// The programs and files that the tests use.
package enum Program {
    /// The package's folder.
    package static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The built executable: beside the bundle of the tests, where every build puts it.
    package static let bookstore: String = {
        let own = [Bundle.main.executablePath].compactMap { $0 } + ProcessInfo.processInfo.arguments
        var candidates: [String] = []
        for path in own where path.hasPrefix("/") {
            var url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
            while url.pathComponents.count > 1 {
                url.deleteLastPathComponent()
                if url.path.contains("/.build/") { candidates.append(url.path + "/bookstore") }
            }
        }
        candidates.append(folder + "/.build/debug/bookstore")
        let found = candidates.first { FileManager.default.isExecutableFile(atPath: $0) && !isFolder($0) }
        return found ?? folder + "/.build/debug/bookstore"
    }()

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = ObjCBool(false)
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
