internal import Foundation

/// Moves logs that are kept but no longer written.
public enum LogFile {
    /// What the name of a log ends in while it is written anew.
    public static let draftSuffix = ".new"
    static let asideMark = ".aside-"

    /// Renames `path` to the first free name of `path.aside-1`, `path.aside-2` …
    ///
    /// - Returns: the new path.
    /// - Throws: the file system's error.
    public static func putAside(_ path: String) throws -> String {
        var number = 1
        while FileManager.default.fileExists(atPath: "\(path)\(asideMark)\(number)") { number += 1 }
        try FileManager.default.moveItem(atPath: path, toPath: "\(path)\(asideMark)\(number)")
        return "\(path)\(asideMark)\(number)"
    }
}
