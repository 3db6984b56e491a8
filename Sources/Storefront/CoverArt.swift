internal import Model
internal import TierHTTP

/// A book's cover, drawn from what is known of it: the colours follow from the topic, the figure from the
/// item number, the words from the title. The same book always looks the same.
enum CoverArt {
    private struct Palette {
        let cloth: String
        let figure: String
        let ink: String
    }

    /// Cloth and foil that go together; the ink stands out on its cloth by 4.5 to 1 or more.
    private static let palettes = [
        Palette(cloth: "#1f4e5f", figure: "#4d8194", ink: "#f4ead5"),
        Palette(cloth: "#6b2d2b", figure: "#a5605a", ink: "#f8e9d8"),
        Palette(cloth: "#2f4a34", figure: "#62855f", ink: "#f2eddc"),
        Palette(cloth: "#3d3560", figure: "#7569a3", ink: "#f1ecfa"),
        Palette(cloth: "#7a4a14", figure: "#b9884a", ink: "#fff3df"),
        Palette(cloth: "#24364f", figure: "#c08b3e", ink: "#f3ead9"),
        Palette(cloth: "#d9c9a3", figure: "#a78d55", ink: "#33291a"),
        Palette(cloth: "#4c2440", figure: "#96608a", ink: "#f9e8f2"),
        Palette(cloth: "#155a55", figure: "#57a39b", ink: "#eaf6f1"),
        Palette(cloth: "#b9c6c4", figure: "#71898a", ink: "#1d2b2d"),
        Palette(cloth: "#83361a", figure: "#d18a5c", ink: "#fff0e4"),
        Palette(cloth: "#3a3a36", figure: "#86836f", ink: "#f3efe2"),
    ]

    private static let width = 120
    private static let height = 174
    private static let lineLengthMax = 15
    private static let lineCountMax = 6

    /// The cover as inline SVG. It says nothing that is not written beside it, so it is hidden from readers
    /// of the page's text.
    static func svg(title: String, topic: String, item: ItemNumber) -> String {
        let palette = palettes[Int(hash(topic) % UInt64(palettes.count))]
        let lines = wrapped(title)
        let size = lines.count > 4 || lines.contains { $0.count > 12 } ? 12 : 14
        var svg =
            #"<svg class="cover" viewBox="0 0 \#(width) \#(height)" aria-hidden="true" focusable="false">"#
            + #"<path fill="\#(palette.cloth)" d="M0 0h120v174H0z"/>"#
            + #"<g fill="none" stroke="\#(palette.figure)" stroke-width="1.5">\#(figure(item))</g>"#
            // The topic stands on plain cloth, under the figure.
            + #"<path fill="\#(palette.cloth)" d="M0 150h120v26H0z"/>"#
            + ##"<path fill="#000" opacity=".18" d="M0 0h6v174H0z"/>"##
            + #"<g fill="\#(palette.ink)" font-family="Palatino,P052,Georgia,serif" font-size="\#(size)" font-weight="600">"#
        for (index, line) in lines.enumerated() {
            svg += #"<text x="16" y="\#(28 + index * (size + 4))">\#(HTMLText.escape(line))</text>"#
        }
        let shelfmark = Wording.clipped(topic, lengthMax: 20).uppercased()
        svg +=
            #"</g><text x="16" y="163" fill="\#(palette.ink)" font-family="sans-serif" font-size="6.5" letter-spacing=".6">\#(HTMLText.escape(shelfmark))</text></svg>"#
        return svg
    }

    /// One of six figures in the lower half, turned and placed by the item number.
    private static func figure(_ item: ItemNumber) -> String {
        let seed = hash(item.description)
        let shift = Int((seed >> 8) % 5) * 4
        switch seed % 6 {
        case 0:
            return [14, 24, 34, 44].map { #"<circle cx="\#(84 + shift / 2)" cy="128" r="\#($0)"/>"# }.joined()
        case 1:
            return (0..<7).map { #"<path d="M\#(6 + $0 * 19) 174L\#(40 + $0 * 19) \#(112 + shift)"/>"# }
                .joined()
        case 2:
            return (0..<5).map { #"<path d="M6 \#(118 + $0 * 9)q28 \#(-24 - shift) 57 0t57 0"/>"# }.joined()
        case 3:
            return (0..<4).map {
                #"<path d="M\#(30 + $0 * 9 + shift) 150v-\#(44 - $0 * 9)h\#(50 - $0 * 10)v44"/>"#
            }
            .joined()
        case 4:
            return (0..<5).map {
                #"<path d="M63 \#(104 + $0 * 6)l\#(30 - $0 * 4) 24-\#(30 - $0 * 4) 24-\#(30 - $0 * 4)-24z"/>"#
            }
            .joined()
        default:
            return (0..<4).map { #"<path d="M6 \#(148 - $0 * 10)a\#(60 + shift) 46 0 0 1 114 0"/>"# }.joined()
        }
    }

    /// The title in lines that fit the cover; what does not fit ends in an ellipsis.
    static func wrapped(_ title: String) -> [String] {
        var lines: [String] = []
        for word in title.split(whereSeparator: \.isWhitespace) {
            var rest = word
            while rest.count > lineLengthMax {
                lines.append(String(rest.prefix(lineLengthMax - 1)) + "-")
                rest = rest.dropFirst(lineLengthMax - 1)
            }
            if let last = lines.last, last.count + 1 + rest.count <= lineLengthMax {
                lines[lines.count - 1] = last + " " + rest
            } else {
                lines.append(String(rest))
            }
        }
        guard lines.count > lineCountMax else { return lines }
        return lines[..<(lineCountMax - 1)] + [lines[lineCountMax - 1].prefix(lineLengthMax - 1) + "…"]
    }

    /// FNV-1a: the same in every process, unlike Swift's own hashes.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
