internal import StoreClient

/// What the desk answers one keeper: its pages, and what becomes of their forms.
struct DeskRoutes: Sendable {
    /// The store as the keeper sees it, who may do there what the keeper's role allows.
    let store: StoreClient
    let shop: ProfileFollower
    let desk: DeskPages
    let files: HeldFiles
}
