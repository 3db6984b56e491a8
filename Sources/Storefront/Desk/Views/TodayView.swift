struct TodayView {
    let frame: Pages.Frame
    let sales: String
    let revenue: String
    let lowCount: String
    let tiers: [TierRow]
    /// Whether the catalog does not answer, so that figures are missing.
    let isAway: Bool
    let plot: String
    let movements: [MovementRow]
    let showsBook = true
    let showsKeeper = false
}
