internal import ArgumentParser
internal import Foundation
internal import Model
internal import TierHTTP

/// Who makes a change, and why: both are recorded in the ledger.
struct ChangeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who makes the change; the name you are logged in by without it.", valueName: "name"))
    var actor: String?
    @Option(help: ArgumentHelp("Why.", valueName: "text")) var reason: String?
    @Option(
        help: ArgumentHelp(
            "The change's idempotency key, 1 to \(IdempotencyKey.byteCountMax) visible ASCII characters: the same key never changes anything twice. Drawn without it.",
            valueName: "key"))
    var key: String?

    func validate() throws {
        try ArgumentCheck.checkText(actor, "--actor", byteCountMax: KeeperRequest.actorByteCountMax)
        try ArgumentCheck.checkText(reason, "--reason", byteCountMax: KeeperRequest.reasonByteCountMax)
        _ = try KeyOption.parsed(key)
    }

    var actorOrUser: String { actor ?? NSUserName() }

    /// The change's key, a new one where none is given.
    func keyOrNew() throws -> IdempotencyKey { try KeyOption.parsed(key) ?? .random() }
}
