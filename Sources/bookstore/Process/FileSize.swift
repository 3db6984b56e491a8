internal import Foundation

enum FileSize {
    /// The size of a file in bytes; nil if there is no file.
    static func of(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }
}
