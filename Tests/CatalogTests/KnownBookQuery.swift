import Demo
import Model
import Monitoring

@testable import Catalog

/// What somebody types who has one book in mind.
struct KnownBookQuery {
    enum Kind: CaseIterable {
        case title, mainTitle, beginning, unfinished, phrase, words, word, author
    }

    /// The words of a book as they are compared.
    private struct Entry {
        let title: [String]
        let mainTitle: [String]
        let authors: [[String]]

        init(_ book: DemoBook) {
            title = SearchText.words(book.title).map(\.text)
            mainTitle = SearchText.words(KnownBookQuery.mainTitle(of: book)).map(\.text)
            authors = book.authors.map { SearchText.words($0).map(\.text) }
        }
    }

    let kind: Kind
    /// The place of the book among ``DemoBooks/all``.
    let place: Int
    private var words: [SearchText.Word]
    private var mistyped: Int?

    /// As it is typed.
    var text: String {
        switch kind {
        // Every second one with its accents and its punctuation.
        case .title where mistyped == nil && (place / Kind.allCases.count).isMultiple(of: 2):
            DemoBooks.all[place].title
        case .phrase: "\"\(Self.line(of: words))\""
        default: Self.line(of: words)
        }
    }

    private static func line(of words: [SearchText.Word]) -> String {
        words.reduce(into: "") { $0 += ($1.isJoined || $0.isEmpty ? "" : " ") + $1.text }
    }

    private static func mainTitle(of book: DemoBook) -> String {
        String(book.title.prefix { !":;(".contains($0) })
    }

    // MARK: Making them

    /// A question for each book, of another kind than for the one before, without those that more than one book
    /// answers.
    static let all: [KnownBookQuery] = DemoBooks.all.indices.compactMap { place in
        let query = KnownBookQuery(Kind.allCases[place % Kind.allCases.count], place)
        return query.flatMap { $0.isOfOneBook ? $0 : nil }
    }

    /// The same with one typing error, without those that more than one book may have been meant by.
    static let mistyped: [KnownBookQuery] = {
        var random = FastRandom(seed: 1605)
        return all.compactMap { query in
            let mistyped = query.mistyping(using: &random)
            return mistyped.flatMap { $0.isOfOneBook ? $0 : nil }
        }
    }()

    private static let entries = DemoBooks.all.map(Entry.init)

    /// - Returns: nil where the book has too few words for it.
    private init?(_ kind: Kind, _ place: Int) {
        self.kind = kind
        self.place = place
        let book = DemoBooks.all[place]
        let title = SearchText.words(book.title)
        // Of words as long, the first.
        let longest = title.indices.sorted {
            let counts = (title[$0].text.count, title[$1].text.count)
            return counts.0 == counts.1 ? $0 < $1 : counts.0 > counts.1
        }
        switch kind {
        case .title: words = title
        case .mainTitle:
            words = SearchText.words(Self.mainTitle(of: book))
            guard !words.isEmpty, words.count < title.count else { return nil }
        case .beginning, .unfinished:
            words = Array(title.prefix(3))
            guard title.count > 3 else { return nil }
            guard kind == .unfinished else { return }
            let last = words[2]
            guard last.text.count >= 4 else { return nil }
            words[2] = SearchText.Word(text: String(last.text.dropLast(2)), isJoined: last.isJoined)
        case .phrase:
            words = Array(title.dropFirst().prefix(3))
            guard words.count == 3 else { return nil }
        case .words:
            // The other way round.
            words = longest.prefix(2).sorted(by: >).map { title[$0] }
            guard words.count == 2, words.allSatisfy({ $0.text.count >= 3 }) else { return nil }
        case .word:
            words = longest.prefix(1).map { title[$0] }
            guard words[0].text.count >= 4 else { return nil }
        case .author:
            guard let name = book.authors.first.flatMap({ SearchText.words($0).last }) else { return nil }
            words = [name, title[longest[0]]]
            guard words.allSatisfy({ $0.text.count >= 3 }) else { return nil }
        }
    }

    /// With one typing error in one of its words of five letters or more; nil where there is none. Quotes forgive
    /// none, and of a word that is not finished nobody knows.
    private func mistyping(using random: inout FastRandom) -> KnownBookQuery? {
        guard kind != .phrase else { return nil }
        let finished = kind == .unfinished ? words.indices.dropLast() : words.indices
        let long = finished.filter { words[$0].text.count >= 5 && SearchText.isOfLetters(words[$0].text) }
        guard let index = long.randomElement(using: &random) else { return nil }
        let word = words[index].text
        var mistyped = word
        while mistyped == word { mistyped = Self.mistype(Array(word), using: &random) }
        var query = self
        query.words[index] = SearchText.Word(text: mistyped, isJoined: false)
        query.mistyped = index
        return query
    }

    private static func mistype(_ word: [Character], using random: inout FastRandom) -> String {
        var word = word
        let place = Int.random(in: 0..<word.count - 1, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: word.remove(at: place)
        case 1: word.insert(word[place], at: place)
        case 2: word.swapAt(place, place + 1)
        // Another letter of the same script.
        default:
            word[place] =
                (word[0].isASCII ? Array("abcdefghijklmnopqrstuvwxyz") : word).randomElement(using: &random)
                ?? "e"
        }
        return String(word)
    }

    // MARK: Whom they mean

    /// Whether exactly one book has the words where this kind of question looks for them. Where they stand in other
    /// books, as parts of words, or in other fields, does not count: to tell these apart is what is measured.
    private var isOfOneBook: Bool { Self.entries.count { has($0) } == 1 }

    private func has(_ entry: Entry) -> Bool {
        let title = entry.title
        switch kind {
        case .title: return equal(title)
        case .mainTitle: return equal(entry.mainTitle) || equal(title)
        case .beginning, .unfinished: return title.count >= words.count && equal(title.prefix(words.count))
        case .phrase:
            return title.count >= words.count
                && (0...title.count - words.count).contains { equal(title[$0...].prefix(words.count)) }
        case .words, .word: return words.indices.allSatisfy { index in title.contains { isWord(index, $0) } }
        case .author:
            return entry.authors.contains { $0.contains { isWord(0, $0) } }
                && title.contains { isWord(1, $0) }
        }
    }

    private func equal(_ others: some Collection<String>) -> Bool {
        others.count == words.count && zip(words.indices, others).allSatisfy { isWord($0, $1) }
    }

    private func isWord(_ index: Int, _ other: String) -> Bool {
        let word = words[index].text
        if word == other { return true }
        if index == mistyped {
            return TypingError.parts(Array(word.unicodeScalars), Array(other.unicodeScalars))
        }
        return kind == .unfinished && index == words.count - 1 && other.hasPrefix(word)
    }
}
