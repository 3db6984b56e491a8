struct TopicsView {
    let frame: Pages.Frame
    let topics: [TopicLink]
    let pages: PageLinks?
}
