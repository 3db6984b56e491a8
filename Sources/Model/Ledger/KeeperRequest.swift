/// What a storekeeper asks for: changes that are made together or not at all, with who made them and why.
package struct KeeperRequest: Sendable {
    /// The longest name of a person, in UTF-8 bytes.
    package static let actorByteCountMax = 64
    /// The longest reason, in UTF-8 bytes.
    package static let reasonByteCountMax = 200
    /// Updates in one request, at most.
    package static let updateCountMax = 500

    /// The changes to make.
    package enum Work: Sendable {
        /// Prices and stocks of books.
        case updates([KeeperUpdate])
        case add(NewBook)
        /// A book is taken out of the shop. It must have this version, if one is given.
        case retire(ItemNumber, expectedVersion: Int64?)
        /// A retired book is brought back as it was.
        case restore(ItemNumber)
        /// What is said of a book, retired or not. It must have this version, if one is given.
        case edit(BookEdit, expectedVersion: Int64?)
        /// A book gets a cover, if it has this version.
        case cover(Cover, of: ItemNumber, expectedVersion: Int64?)
        /// An order goes on, or gives copies back.
        case step(OrderStep)
    }

    /// The changes to make.
    package let work: Work
    /// Who wants it; nil when that is not said.
    package let actor: String?
    /// Why; nil when that is not said.
    package let reason: String?
    /// With a key, it is done at most once.
    package let key: IdempotencyKey?

    /// Takes checked parts as they are.
    package init(_ work: Work, actor: String? = nil, reason: String? = nil, key: IdempotencyKey? = nil) {
        self.work = work
        self.actor = actor
        self.reason = reason
        self.key = key
    }
}
