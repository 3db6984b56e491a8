/// Who may use what the store writes: only its own user. Databases and logs show who bought what, and a
/// purchase's key is the secret address of its receipt.
package enum PrivateMode {
    /// Files: read and written by their owner.
    package static let file: UInt32 = 0o600
    /// Folders: entered and listed by their owner.
    package static let folder: UInt32 = 0o700
    /// What neither may grant: anything to the group or to others. Also the mask of every process of the store.
    package static let withheld: UInt32 = 0o077
}
