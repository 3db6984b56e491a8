internal import Model

/// How well a book fits what was asked for; the smaller, the better. The one ranking of all stores:
///
/// 1. the title or the ISBN itself, then the book's number, then all others;
/// 2. whole words, then the beginning of the last one, then parts of words, then words with a typing error: the
///    worst word counts;
/// 3. fewer typing errors;
/// 4. found in the title, then the authors, the topic, the description: the worst word counts;
/// 5. all of the title before its subtitle, the words side by side and in their order, at the title's beginning, and
///    fewer other words in the title.
///
/// What is alike stands in the order of item numbers.
struct FindRank: Comparable {
    /// How a word was found.
    enum Way: UInt32 {
        case whole, beginning, inside, mistyped
    }

    /// Where a word was found.
    enum Field: UInt32 {
        case title, authors, topic, description
    }

    private let value: UInt32

    /// - Returns: nil for a book that lacks a word.
    /// - Parameters:
    ///   - variants: for each term the words that a typing error can have made it of.
    ///   - isDescribed: whether the description has a term.
    init?(
        of entry: FindEntry, for words: FindWords, isThisISBN: Bool, variants: [[[UInt8]]],
        isDescribed: (FindWords.Term) throws -> Bool
    ) rethrows {
        let isItem = entry.item == words.item
        var way = Way.whole
        var field = Field.title
        var errorCount: UInt32 = 0
        var read: [UInt8] = []
        var isMissing = false
        for (index, term) in words.terms.enumerated() {
            let isLast = index == words.terms.count - 1
            let found = try Self.find(
                term, isLast: isLast, in: entry, variants: variants.isEmpty ? [] : variants[index],
                isDescribed: isDescribed)
            guard let found else {
                guard isItem || isThisISBN else { return nil }
                isMissing = true
                break
            }
            way = max(way, found.way)
            field = max(field, found.field)
            errorCount += found.way == .mistyped ? 1 : 0
            // Each line ends in the blank that the next one begins with.
            read.append(contentsOf: read.isEmpty ? found.line[...] : found.line.dropFirst())
        }
        let isExact = isThisISBN || entry.title == words.line
        let isMain = entry.title[..<min(entry.mainTitleCount, entry.title.count)] == read[...]
        let place = isMissing ? nil : Self.place(of: read[...], in: entry.title)
        let ownCount = field == .title ? UInt32(words.terms.reduce(0) { $0 + $1.words.count }) : 0
        let wordCount = UInt32(entry.title.count { $0 == UInt8(ascii: " ") }) - (entry.title.isEmpty ? 0 : 1)
        let otherCount = min(wordCount - min(ownCount, wordCount), 63)
        value =
            (isExact ? 0 : isItem ? 1 : 2) << 30 | (isMissing ? 0 : way.rawValue) << 28
            | min(errorCount, 15) << 24 | (isMissing ? 0 : field.rawValue) << 22 | (isMain ? 0 : 1) << 21
            | (place == nil ? 1 : 0) << 20 | (place == 0 ? 0 : 1) << 19 | otherCount
    }

    /// Whether the words were found as they were typed, the last one perhaps unfinished.
    var isAsTyped: Bool { value >> 30 < 2 || (value >> 28) & 3 <= Way.beginning.rawValue }

    static func < (left: FindRank, right: FindRank) -> Bool { left.value < right.value }

    // MARK: A term

    private struct Found {
        let way: Way
        let field: Field
        /// What stands there.
        let line: [UInt8]
    }

    private static func find(
        _ term: FindWords.Term, isLast: Bool, in entry: FindEntry, variants: [[UInt8]],
        isDescribed: (FindWords.Term) throws -> Bool
    ) rethrows -> Found? {
        let fields: [(Field, [UInt8])] = [
            (.title, entry.title), (.authors, entry.authors), (.topic, entry.topic),
        ]
        func first(_ part: ArraySlice<UInt8>) -> Field? {
            fields.first { place(of: part, in: $0.1) != nil }?.0
        }
        if let field = first(term.line[...]) { return Found(way: .whole, field: field, line: term.line) }
        if entry.isDescribed, try isDescribed(term) {
            return Found(way: .whole, field: .description, line: term.line)
        }
        guard !term.isWhole else { return nil }
        if let field = first(term.beginning) {
            return isLast
                ? Found(way: .beginning, field: field, line: Array(term.beginning))
                : Found(way: .inside, field: field, line: term.line)
        }
        if term.letterCount >= FindWords.insideLetterCountMin, let field = first(term.inside) {
            return Found(way: .inside, field: field, line: term.line)
        }
        let mistyped = variants.lazy.compactMap { variant in
            first(variant[...]).map { Found(way: .mistyped, field: $0, line: variant) }
        }
        return mistyped.min { $0.field.rawValue < $1.field.rawValue }
    }

    /// Where a part stands; nil where it does not.
    static func place(of part: ArraySlice<UInt8>, in text: [UInt8]) -> Int? {
        guard let first = part.first, part.count <= text.count else { return nil }
        return text.withUnsafeBufferPointer { text in
            part.withUnsafeBufferPointer { part in
                (0...text.count - part.count).first { place in
                    text[place] == first && text[place..<place + part.count].elementsEqual(part)
                }
            }
        }
    }
}

extension FindRank.Way: Comparable {
    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension FindRank.Field: Comparable {
    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
