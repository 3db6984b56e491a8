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
        try parse(line, text: incoming)
    }

    /// Reads a line that this store has written. Its texts were taken once, perhaps by older rules: they are
    /// composed, as those of the database are, and otherwise stay as they are.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with the line.
    package static func parse(logged line: Substring) throws(LineFault) -> Book {
        try parse(line, text: logged)
    }

    private typealias ReadText = (String, _ byteCountMax: Int) -> Result<String, LineFault>

    private static func incoming(_ text: String, byteCountMax: Int) -> Result<String, LineFault> {
        if let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) {
            return .failure(LineFault(fault))
        }
        return .success(ShopText.kept(text))
    }

    private static func logged(_ text: String, byteCountMax: Int) -> Result<String, LineFault> {
        let text = ShopText.composed(text)
        let fault = ShopText.lineFault(in: text, byteCountMax: byteCountMax * ShopText.compositionGrowthMax)
        return fault.map { .failure(LineFault($0)) } ?? .success(text)
    }

    private static func parse(_ line: Substring, text read: ReadText) throws(LineFault) -> Book {
        // Split by bytes, not by characters: a comma before a combining mark is still a comma.
        let parts = line.utf8.split(separator: comma, maxSplits: 4, omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard parts.count == 5, parts[0] == "init" else {
            throw LineFault("expected init,item_number,stock,cost,topic,title")
        }
        guard let item = ItemNumber(parsing: parts[1]) else {
            throw LineFault(
                "item_number \(ShownText.quoted(parts[1])) is not a whole number from 1 to \(ItemNumber.valueMax)"
            )
        }
        guard let stock = Decimal.digits(parts[2].utf8, digitCountMax: 13), stock <= Book.stockMax else {
            throw LineFault(
                "stock \(ShownText.quoted(parts[2])) is not a whole number from 0 to \(Book.stockMax)")
        }
        guard let price = Cents(parsing: parts[3]) else {
            throw LineFault(
                "cost \(ShownText.quoted(parts[3])) is not an amount of 0 or more with at most two decimals")
        }
        guard let (topic, title) = topicAndTitle(parts[4]) else {
            throw LineFault("the title is missing: expected init,item_number,stock,cost,topic,title")
        }
        let keptTopic = try take(read(topic, ShopText.topicByteCountMax), as: "topic")
        let keptTitle = try take(read(title, ShopText.titleByteCountMax), as: "title")
        return Book(item: item, title: keptTitle, topic: keptTopic, price: price, stock: stock)
    }

    private static func take(
        _ read: Result<String, LineFault>, as name: String
    ) throws(LineFault) -> String {
        switch read {
        case .success(let text): return text
        case .failure(let fault): throw LineFault("the \(name) \(fault.reason)")
        }
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
