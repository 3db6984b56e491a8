internal import Model
internal import TierHTTP

/// A purchase or change of unknown outcome. Repeating it with its key shows the outcome.
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
