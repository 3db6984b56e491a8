internal import Model

/// The name of an import, and what tells whether it is the same one again.
package struct ImportKey: Equatable, Sendable {
    let key: IdempotencyKey
    /// A digest of the file and of what was wanted with it.
    let digest: Int64

    init(_ key: IdempotencyKey, digest: Int64) {
        self.key = key
        self.digest = digest
    }

    /// - Parameter options: what is wanted.
    init(_ key: IdempotencyKey, file: [UInt8], _ options: ImportOptions) {
        let wanted =
            "\(options.isUpdate),\(options.stock.rawValue),\(options.unknown.rawValue),\(options.mapping.json)"
            // An import that an earlier version began goes on.
            + (options.retired == .refuse ? "" : ",\(options.retired.rawValue)")
        let hash = file.withUnsafeBytes(StableHash.of) ^ Array(wanted.utf8).withUnsafeBytes(StableHash.of)
        self.init(key, digest: Int64(bitPattern: hash))
    }
}
