internal import Foundation

enum FileSize {
    /// The size of a file in bytes; nil where there is none.
    static func of(_ path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }
}
