/// The books of a store that is shown: literature in many languages and scripts, and what was found out and thought.
///
/// The files of Books say a topic (`# Poetry`), below it a language with authors (`@en Mary Shelley`), and
/// below that their books, each after its year (`1818 Frankenstein`) or `-` where it has none.
package enum DemoBooks {
    /// All of them, in the order of the topics. No two have the same title.
    package static let all: [DemoBook] = [
        PackageResources.novels_txt, PackageResources.entertainment_txt, PackageResources.children_txt,
        PackageResources.poetry_txt, PackageResources.plays_txt, PackageResources.antiquity_txt,
        PackageResources.europe_txt, PackageResources.asia_txt, PackageResources.knowledge_txt,
    ].flatMap { read(String(decoding: $0, as: UTF8.self)) }

    private static func read(_ text: String) -> [DemoBook] {
        var topic = ""
        var language = ""
        var authors: [String] = []
        var books: [DemoBook] = []
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            let (mark, rest) = (parts[0], String(parts[1]))
            switch mark.first {
            case "#": topic = rest
            case "@":
                language = String(mark.dropFirst())
                authors = rest.split(separator: "; ").map(String.init)
            default:
                books.append(
                    DemoBook(
                        title: rest, authors: authors, year: Int(mark), language: language, topic: topic))
            }
        }
        return books
    }
}
