/// The `init` line of catalog files and of the catalog log:
/// `init,item_number,stock,cost,topic,title`, where the title is the rest of the line.
///
/// A topic that holds a comma is written as a quoted field with doubled quotes (RFC 4180). A topic that
/// merely begins with a quote stays as it is, as such files always had it.
package enum BookLine {
    /// Reads a line of a file that comes in. Topic and title are kept as ``ShopText`` says.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with the line.
    package static func parse(_ line: Substring) throws(LineFault) -> Book {
        try parse(line, text: BookFields.text)
    }

    /// Reads a line that this store has written.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with the line.
    package static func parse(logged line: Substring) throws(LineFault) -> Book {
        try parse(line, text: BookFields.loggedText)
    }

    private typealias ReadText = (_ text: String, _ name: String, _ byteCountMax: Int) throws(LineFault) ->
        String

    private static func parse(_ line: Substring, text read: ReadText) throws(LineFault) -> Book {
        // Split by bytes, not by characters: a comma before a combining mark is still a comma.
        let parts = line.utf8.split(separator: comma, maxSplits: 4, omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard parts.count == 5, parts[0] == "init" else {
            throw LineFault("expected init,item_number,stock,cost,topic,title")
        }
        let item = try BookFields.item(parts[1])
        let stock = try BookFields.stock(parts[2])
        let price = try BookFields.price(parts[3], range: "of 0 or more")
        guard let (topic, title) = topicAndTitle(parts[4]) else {
            throw LineFault("the title is missing: expected init,item_number,stock,cost,topic,title")
        }
        let keptTopic = try read(topic, "topic", ShopText.topicByteCountMax)
        let keptTitle = try read(title, "title", ShopText.titleByteCountMax)
        return Book(item: item, title: keptTitle, topic: keptTopic, price: price, stock: stock)
    }

    /// The line of `book`, without a line break, that reads back as the same book.
    package static func text(_ book: Book) -> String {
        "init,\(book.item),\(book.stock),\(book.price),\(topicField(of: book)),\(book.title)"
    }

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")

    /// The topic bare where that reads back before this very title, else in quotes.
    private static func topicField(of book: Book) -> String {
        let topic = book.topic
        if let read = topicAndTitle(Substring(topic + "," + book.title)), read == (topic, book.title) {
            return topic
        }
        var field: [UInt8] = [quote]
        for byte in topic.utf8 {
            if byte == quote { field.append(quote) }
            field.append(byte)
        }
        field.append(quote)
        return String(decoding: field, as: UTF8.self)
    }

    /// Splits `topic,title`; nil when there is no comma between them.
    private static func topicAndTitle(_ text: Substring) -> (topic: String, title: String)? {
        if let quoted = quotedTopicAndTitle(text.utf8) { return quoted }
        guard let end = text.utf8.firstIndex(of: comma) else { return nil }
        return (String(text[..<end]), String(text[text.utf8.index(after: end)...]))
    }

    /// A topic in RFC 4180 quotes, taken as such only if it needed them.
    private static func quotedTopicAndTitle(_ bytes: Substring.UTF8View) -> (topic: String, title: String)? {
        guard bytes.first == quote else { return nil }
        var topic: [UInt8] = []
        var index = bytes.index(after: bytes.startIndex)
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            if bytes[index] != quote {
                topic.append(bytes[index])
                index = next
            } else if next < bytes.endIndex, bytes[next] == quote {
                topic.append(quote)
                index = bytes.index(after: next)
            } else {
                guard next < bytes.endIndex, bytes[next] == comma,
                    topic.contains(where: { $0 == comma || $0 == quote })
                else { return nil }
                let title = Substring(bytes[bytes.index(after: next)...])
                return (String(decoding: topic, as: UTF8.self), String(title))
            }
        }
        return nil
    }
}
