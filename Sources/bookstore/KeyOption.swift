internal import ArgumentParser
internal import Model
internal import TierHTTP

/// `--key`, the name of a purchase or change.
enum KeyOption {
    /// Parses the key of the option; nil when it was not given.
    ///
    /// - Throws: `ValidationError` for a malformed key.
    static func parsed(_ text: String?) throws -> IdempotencyKey? {
        guard let text else { return nil }
        guard let key = IdempotencyKey(parsing: text) else {
            throw ValidationError(
                "--key \(ShownText.quoted(text)) is not 1 to \(IdempotencyKey.byteCountMax) visible ASCII characters"
            )
        }
        return key
    }
}
