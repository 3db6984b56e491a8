internal import Model

/// Something that happens in a shop, and when.
struct DemoEvent {
    enum Kind {
        /// Somebody buys a copy; where there is none they leave without it.
        case sale(ItemNumber)
        case keeper(KeeperRequest)
    }

    let time: Timestamp
    let kind: Kind
}
