internal import Model
internal import StoreAPI
internal import TierHTTP

/// A book's cover, drawn from the book's data. The topic selects the family of colours, the item number the
/// colours within it and the figure, and the title the words. The same book always has the same cover.
enum CoverArt {
    private static let width = 120
    private static let height = 174
    /// An image has at least as many pixels for each of those that lists give it: enough for a book's own page and for
    /// sharp screens.
    private static let imageScale = 4
    /// The width and height to which the desk's page makes a larger image smaller, before it is sent.
    static let imageSides = "\(width * imageScale)x\(height * imageScale)"
    private static let lineLengthMax = 15
    private static let lineCountMax = 6
    /// The width of the text area, in pixels.
    private static let wordsWidth = 100
    /// Sizes of the title's letters, in pixels: the larger where it fits.
    private static let (sizeLarge, sizeSmall) = (14, 11)
    private static let titleTop = 28
    /// Where the topic's strip begins. The figure is between the title and this line.
    private static let stripTop = 150

    /// A book's cover: the image that a keeper gave it, or else the drawn one.
    static func html(title: String, topic: String, item: ItemNumber, _ facts: BookFacts) -> String {
        guard let digest = facts[.cover] else { return svg(title: title, topic: topic, item: item) }
        return
            #"<img class="cover" src="\#(ShopPaths.cover(digest))" alt="" width="\#(width)" height="\#(height)" loading="lazy" decoding="async">"#
    }

    /// The cover as inline SVG. It says nothing that is not written beside it, so it is hidden from readers
    /// of the page's text.
    static func svg(title: String, topic: String, item: ItemNumber) -> String {
        let family = CoverPalettes.families[Int(hash(topic) % UInt64(CoverPalettes.families.count))]
        let palette = family[Int(hash(item.description) % UInt64(family.count))]
        let lines = wrapped(title)
        let isSmall = lines.count > 4 || lines.contains { $0.count > 12 || !fits($0, size: sizeLarge) }
        let size = isSmall ? sizeSmall : sizeLarge
        let titleBottom = titleTop + max(0, lines.count - 1) * (size + 4) + 10
        var svg =
            #"<svg class="cover" viewBox="0 0 \#(width) \#(height)" aria-hidden="true" focusable="false">"#
            + #"<path fill="\#(palette.cloth)" d="M0 0h120v174H0z"/>"#
            + #"<g fill="none" stroke="\#(palette.figure)" stroke-width="1.5">\#(figure(item))</g>"#
            // Title and topic are on plain cloth, with the figure between them.
            + #"<path fill="\#(palette.cloth)" d="M0 0h120v\#(titleBottom)H0zM0 \#(stripTop)h120v24H0z"/>"#
            + ##"<path fill="#000" opacity=".18" d="M0 0h6v174H0z"/>"##
            + #"<g fill="\#(palette.ink)" font-family="Palatino,P052,Georgia,serif" font-size="\#(size)" font-weight="600">"#
        for (index, line) in lines.enumerated() {
            svg += #"<text x="16" y="\#(titleTop + index * (size + 4))">\#(HTMLText.escape(line))</text>"#
        }
        let shelfmark = LetterBreadth.clipped(topic.uppercased(), lengthMax: 20, emsMax: 15)
        svg +=
            #"</g><text x="16" y="163" fill="\#(palette.ink)" font-family="sans-serif" font-size="6.5" letter-spacing=".6">\#(HTMLText.escape(shelfmark))</text></svg>"#
        return svg
    }

    /// One of six figures in the lower half, turned and placed by the item number.
    private static func figure(_ item: ItemNumber) -> String {
        // What is left of the number when the colours have taken their part.
        let seed = hash(item.description) / 4
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
            while !fits(rest) {
                let piece = LetterBreadth.longestStart(
                    of: rest, lengthMax: lineLengthMax - 1, emsMax: emsMax - 0.4)
                // Only letters of an alphabet are joined by a hyphen.
                lines.append(String(piece) + (piece.last.map(LetterBreadth.isWide) == true ? "" : "-"))
                rest = rest.dropFirst(piece.count)
            }
            if let last = lines.last, fits(last + " " + rest) {
                lines[lines.count - 1] = last + " " + rest
            } else {
                lines.append(String(rest))
            }
        }
        guard lines.count > lineCountMax else { return lines }
        let last = LetterBreadth.longestStart(
            of: lines[lineCountMax - 1][...], lengthMax: lineLengthMax - 1, emsMax: emsMax - 1)
        return lines[..<(lineCountMax - 1)] + [last + "…"]
    }

    /// How many ems of small letters a line takes.
    private static let emsMax = Double(wordsWidth) / Double(sizeSmall)

    private static func fits(_ line: some StringProtocol) -> Bool {
        line.count <= lineLengthMax && fits(line, size: sizeSmall)
    }

    private static func fits(_ line: some StringProtocol, size: Int) -> Bool {
        LetterBreadth.ems(of: line) * Double(size) <= Double(wordsWidth)
    }

    private static func hash(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { StableHash.of(UnsafeRawBufferPointer($0)) }
    }
}
