internal import Model
internal import TierHTTP

/// A purchase or change that may or may not have been made; its key tells.
struct UnknownOutcomeFault: Error, CustomStringConvertible {
    let description: String
    /// What the key promises, to end "its key, which …".
    let promise: String
    /// The command line that repeats it.
    let repetition: String

    init(_ description: String, key: IdempotencyKey, promise: String) {
        self.description = description
        self.promise = promise
        repetition = ShellLine.repeating(CommandLine.arguments, key: key)
    }
}
