internal import Foundation

/// Gives memory that was used and freed back to the system.
enum MemoryTrim {
    /// Glibc keeps freed memory for later. After a surge that would be hundreds of megabytes forever. The
    /// function is not in the module that Swift imports of it; on another C library there is none.
    private static let trim: (@convention(c) (Int) -> Int32)? = {
        guard let symbol = dlsym(nil, "malloc_trim") else { return nil }
        return unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
    }()

    private static let queue = DispatchQueue(label: "memory-trim", qos: .utility)

    /// Trims away from the event loops: it takes some milliseconds.
    static func run() {
        guard let trim else { return }
        queue.async { _ = trim(0) }
    }
}
