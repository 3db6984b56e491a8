internal import Model
internal import StoreAPI

struct TopicLink {
    let topic: String
    let link: String
    let books: String

    init(_ topic: ShelfTopic) {
        self.topic = topic.topic
        link = ShopPaths.topic(topic.topic)
        books = Wording.count(Int64(topic.books))
    }
}
