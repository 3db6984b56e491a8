struct HomeView {
    struct Shelf {
        let number: Int
        let topic: String
        let link: String
        let count: String
        let cards: [BookCard]
    }

    let frame: Pages.Frame
    let shelves: [Shelf]
    let topics: [TopicLink]
}
