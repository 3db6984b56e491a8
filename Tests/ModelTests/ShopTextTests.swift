import Model
import Testing

@Suite struct ShopTextTests {
    @Test func acceptsTextThatStaysOnItsLine() {
        for text in [
            "a", "ü", "📚", "e\u{301}", "\u{301}", "~", "👩‍👩‍👧‍👦", "❤\u{FE0F}", "می\u{200C}خواهم", "שלום\u{200F}",
        ] {
            #expect(ShopText.fault(in: text, byteCountMax: 40) == nil, "\(text)")
        }
        #expect(ShopText.fault(in: "1234567890", byteCountMax: 10) == nil)
    }

    /// Invisible text would make a card that cannot be pressed.
    @Test(arguments: [
        "", " ", "   ", "\u{A0}", "\u{2007}\u{3000}", "\u{200B}", "\u{FEFF}", "\u{2060}", "\u{180E}",
        "\u{200D}", "\u{AD}",
        "\u{FE0F}", "\u{E0100}", "\u{115F}", "\u{3164}", "\u{2800}", "\u{E0001}", "\u{378}",
        "\u{200B} \u{FE00}\u{A0}",
    ])
    func whatShowsNothingIsEmpty(text: String) {
        #expect(ShopText.fault(in: text, byteCountMax: 40) == "is empty")
    }

    @Test func refusesDirectionMarksAndNonCharacters() {
        for value in Array(UInt32(0x202A)...0x202E) + Array(UInt32(0x2066)...0x2069) {
            let text = "a" + String(Character(Unicode.Scalar(value) ?? " ")) + "b"
            let hex = String(value, radix: 16, uppercase: true)
            #expect(
                ShopText.fault(in: text, byteCountMax: 40)
                    == "holds a control character that turns the direction of text round (U+\(hex))")
            // Such a topic of an old store can still be searched.
            #expect(ShopText.lineFault(in: text, byteCountMax: 40) == nil)
        }
        // A literal cannot contain such a code.
        for value in [0xFFFE, 0xFDD0, 0x10FFFF] as [UInt32] {
            let text = "a" + String(Character(Unicode.Scalar(value) ?? " "))
            let fault = ShopText.fault(in: text, byteCountMax: 40)
            #expect(fault?.hasPrefix("holds a code that stands for no character") == true)
        }
    }

    @Test(arguments: [
        ("plain", "plain"), (" a  b ", "a  b"), ("\u{A0}\u{3000}a\u{200B}\u{FEFF}", "a"), ("", ""),
        (" \u{200B} ", ""),
        ("Cafe\u{301} ", "Caf\u{E9}"), ("\u{1100}\u{1161}\u{11A8}", "\u{AC01}"), ("\u{2126}", "\u{3A9}"),
        ("❤\u{FE0F}", "❤\u{FE0F}"), ("\ta", "\ta"),
    ])
    func composesAndTrimsText(text: String, kept: String) {
        #expect(ShopText.kept(text).utf8.elementsEqual(kept.utf8))
        #expect(ShopText.kept(kept).utf8.elementsEqual(kept.utf8))
    }

    @Test func refusesControlCharactersOfEveryKind() {
        let controls = Array(UInt32(0)...0x1F) + Array(UInt32(0x7F)...0x9F) + [0x2028, 0x2029]
        for value in controls {
            let text = "a" + String(Character(Unicode.Scalar(value) ?? " ")) + "b"
            #expect(ShopText.fault(in: text, byteCountMax: 10) != nil, "U+\(String(value, radix: 16))")
            // Also at an end, where only blanks are trimmed.
            #expect(ShopText.fault(in: String(text.dropLast()), byteCountMax: 10) != nil)
        }
        // Also when it forms one character with its neighbour.
        #expect(ShopText.fault(in: "a\r\nb", byteCountMax: 10) != nil)
        #expect(ShopText.fault(in: "ü\n\u{301}", byteCountMax: 10) != nil)
    }

    @Test func countsTheBytesThatAreKept() {
        #expect(ShopText.fault(in: "12345678901", byteCountMax: 10) == "is longer than 10 bytes")
        #expect(ShopText.fault(in: " 1234567890 ", byteCountMax: 10) == nil)
        #expect(ShopText.fault(in: "üüüüü", byteCountMax: 10) == nil)
        #expect(ShopText.fault(in: "u\u{308}u\u{308}u\u{308}u\u{308}u\u{308}", byteCountMax: 10) == nil)
        #expect(ShopText.fault(in: "üüüüüü", byteCountMax: 10) == "is longer than 10 bytes")
    }
}
