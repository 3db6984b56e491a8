/// What a part of the ledger has to tell.
package struct EventsPage: Sendable {
    package let events: [StoreEvent]
    /// The movement after which the next part begins.
    package let next: Int64

    package init(events: [StoreEvent], next: Int64) {
        self.events = events
        self.next = next
    }
}
