internal import Model

/// A piece of an import that is taken back.
package struct ImportUndo: Sendable {
    let key: IdempotencyKey
    let number: Int
    let actor: String?
    let reason: String?
}
