internal import TierHTTP

/// Work that could not be done, in words for the person who asked for it.
struct WorkFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
