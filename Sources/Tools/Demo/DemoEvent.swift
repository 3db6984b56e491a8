internal import Model

/// Something that happens in a shop, and when.
struct DemoEvent {
    enum Kind {
        /// Somebody buys a copy; where there is none they leave without it.
        case sale(ItemNumber)
        /// Storekeepers ask for something, several things at once.
        case keepers([KeeperRequest])
    }

    let time: Timestamp
    let kind: Kind
}
