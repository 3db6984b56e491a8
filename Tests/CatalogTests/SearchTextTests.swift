import Model
import Testing

@testable import Catalog

/// What find makes of titles and of what people type.
@Suite struct SearchTextTests {
    @Test(
        arguments: [
            ("War and Peace", " war and peace "), ("Crème Brûlée", " creme brulee "), ("ŁÓDŹ", " lodz "),
            // Dashes of all kinds part words; soft hyphens, joiners and spaces of no width do not.
            ("Catch-22 — a–b‐c", " catch 22 a b c "), ("hy\u{AD}phen\u{200B}at\u{2060}ed", " hyphenated "),
            ("Alice’s ‘Adventures’ “in” 'it'", " alices adventures in it "),
            ("d'Artagnan, don't", " dartagnan dont "),
            ("20,000 Leagues, 1.000.000 and 3.14", " 20000 leagues 1000000 and 3 14 "),
            ("1984,2000", " 1984 2000 "),
            ("C++ and F#, A+B #1", " c++ and f# a b 1 "), ("ｆｕｌｌ ﬁx ²", " full fix 2 "),
            ("Straße Ærø", " strasse aero "),
            ("ΛΟΓΟΣ λόγος", " λογοσ λογοσ "), ("Ещё йод", " еще иод "), ("שָׁלוֹם", " שלום "),
            ("كِتَاب", " كتاب "),
            ("* — … % _", ""), ("", ""),
        ]) func foldsText(text: String, line: String)
    {
        #expect(SearchText.line(text).utf8.elementsEqual(line.utf8), "\(SearchText.line(text))")
    }

    /// Marks that make another letter stay: a father is no mother, and a vowel is no other one.
    @Test(arguments: [("パパ", "ハハ"), ("ば", "は"), ("ที่", "ทา"), ("की", "के"), ("किताब", "कताब"), ("กำ", "กา")])
    func keepsMarksThatMakeLetters(one: String, other: String) {
        #expect(!SearchText.line(one).utf8.elementsEqual(SearchText.line(other).utf8))
    }

    @Test(arguments: [("パパ", "ﾊﾟﾊﾟ"), ("ば", "は\u{3099}"), ("é", "e\u{301}"), ("한", "\u{1112}\u{1161}\u{11AB}")])
    func takesSpellingsOfALetterForOne(one: String, other: String) {
        #expect(SearchText.line(one).utf8.elementsEqual(SearchText.line(other).utf8))
    }

    @Test func partsScriptsWithoutBlanks() {
        let words = SearchText.words("刘慈欣 三体X全集")
        #expect(words.map(\.text) == ["刘", "慈", "欣", "三", "体", "x", "全", "集"])
        #expect(words.map(\.isJoined) == [false, true, true, false, true, false, false, true])
        #expect(SearchText.words("銀河・鉄道ー").map(\.text) == ["銀", "河", "鉄", "道", "ー"])
    }

    @Test func readsWhatIsTyped() throws {
        func terms(_ text: String) throws -> [[String]] { try #require(FindWords(text)).terms.map(\.words) }
        #expect(try terms("war and war") == [["and"], ["war"]])
        #expect(try terms("\"War and Peace\" tolstoy") == [["war", "and", "peace"], ["tolstoy"]])
        #expect(try terms("“war” 5\" disk") == [["war"], ["5"], ["disk"]])
        #expect(try terms("三体 liu") == [["三", "体"], ["liu"]])
        #expect(try #require(FindWords("\"war\" war")).terms.map(\.isWhole) == [false])
        for nothing in ["*", "— ", "\"\"", " "] { #expect(FindWords(nothing) == nil) }
        #expect(FindWords("#12")?.item?.value == 12 && FindWords("12 a")?.item == nil)
        for isbn in [
            "9780140447934", "978-0-14-044793-4", "0-14-044793-8", "ISBN: 0140447938", "isbn 978 0140447934",
        ] {
            #expect(FindWords(isbn)?.isbn?.description == "9780140447934", "\(isbn)")
        }
        #expect(FindWords("9780140447935")?.isbn == nil)
    }

    // MARK: Typing errors

    @Test(
        arguments: [
            ("peace", "peaec"), ("peace", "pece"), ("peace", "peacee"), ("peace", "peaxe"),
            ("peace", "xpeace"),
            ("peace", "eace"), ("peace", "epace"), ("peace", "paece"), ("abcdef", "abdcef"),
        ]) func knowsOneError(word: String, typed: String)
    {
        let (word, typed) = (Array(word.unicodeScalars), Array(typed.unicodeScalars))
        #expect(TypingError.parts(word, typed) && TypingError.parts(typed, word))
        let isMet =
            !Set(TypingError.halves(of: word)).isDisjoint(with: TypingError.halves(around: typed))
            || TypingError.swapped(typed) == String(String.UnicodeScalarView(word))
        #expect(isMet)
    }

    @Test(arguments: [
        ("peace", "peace"), ("peace", "peacxy"), ("peace", "pxacy"), ("peace", "pe"), ("abcd", "badc"),
    ])
    func knowsNoneAndSeveral(word: String, typed: String) {
        #expect(!TypingError.parts(Array(word.unicodeScalars), Array(typed.unicodeScalars)))
    }

    /// Every single error in a word leads to it by a half of it, or by swapping what is in its middle.
    @Test func everyErrorIsMet() {
        for word in ["horse", "animal", "strange"] {
            let letters = Array(word.unicodeScalars)
            var typed: [[Unicode.Scalar]] = []
            for place in 0...letters.count {
                typed.append(letters[..<place] + ["x"] + letters[place...])
                guard place < letters.count else { continue }
                typed.append(Array(letters[..<place] + letters[(place + 1)...]))
                typed.append(letters[..<place] + ["x"] + letters[(place + 1)...])
                guard place + 1 < letters.count else { continue }
                var swapped = letters
                swapped.swapAt(place, place + 1)
                typed.append(swapped)
            }
            for typed in typed where typed.count >= FindWords.mistypedLetterCountMin {
                let keys = TypingError.halves(around: typed)
                let isMet =
                    TypingError.halves(of: letters).contains { keys.contains($0) }
                    || TypingError.swapped(typed) == word
                #expect(isMet, "\(String(String.UnicodeScalarView(typed)))")
                #expect(TypingError.parts(letters, typed))
            }
        }
    }
}
