internal import Model

/// What a book is found by: lines of folded words, see ``SearchText/line(_:)``.
struct FindEntry: Sendable {
    let item: ItemNumber
    let title: [UInt8]
    /// How much of the title stands before its subtitle, a line of its own.
    let mainTitleCount: Int
    let authors: [UInt8]
    let topic: [UInt8]
    /// Whether the description says anything; it is long, and looked at only where nothing else helps.
    let isDescribed: Bool
}
