struct TotalsView {
    struct Row {
        let name: String
        let sales: String
        let revenue: String
    }

    let frame: Pages.Frame
    let days: Int
    let spans: [Choice]
    let sales: String
    let revenue: String
    let plot: String
    let topics: [Row]
    let daily: [Row]
}
