import Foundation
import Model
import TestSupport
import Testing

@testable import Storefront

/// Contrasts: WCAG 2.2 requires 4.5 to 1 for text, and 3 to 1 for graphics.
@Suite struct ColourTests {
    private let sheet = String(
        decoding: PackageResources.shop_css + PackageResources.desk_css, as: UTF8.self)

    @Test func everyTextHasEnoughContrast() {
        let colours = StyleColours(sheet)
        #expect(colours.unnamed == [], "a colour that is no property is in no scheme")
        #expect(colours.pairs.count > 20)
        #expect(colours.faint(below: 4.5) == [])
        // The browsers' own colour of placeholders is too faint here.
        #expect(colours.values(of: "color", where: "::placeholder", isDark: false) == ["var(--soft)"])
    }

    @Test func plotColoursHaveEnoughContrast() throws {
        let colours = StyleColours(sheet)
        for (isDark, scheme) in zip([false, true], colours.schemes) {
            let fills = (0...6).flatMap { colours.values(of: "fill", where: ".c\($0)", isDark: isDark) }
            #expect(fills.count == 7)
            for (fill, ground) in fills.flatMap({ fill in ["paper", "surface"].map { (fill, $0) } }) {
                let ratio = StyleColours.contrast(fill, try #require(scheme.values[ground]))
                #expect(ratio >= 3, "\(scheme.name): \(fill) on \(ground) has \(ratio) : 1")
            }
        }
    }

    @Test func coverTextHasEnoughContrast() {
        for palette in CoverPalettes.families.joined() {
            #expect(StyleColours.contrast(palette.ink, palette.cloth) >= 4.5, "\(palette)")
        }
    }

    @Test func printsLightColoursWithTheShopName() throws {
        // Paper is white, also when the screen is dark.
        #expect(!sheet.contains("@media (prefers-color-scheme: dark)"))
        let print = try #require(sheet.firstMatch(of: #/@media print \{(.*?)\n\}/#.dotMatchesNewlines()))
        let hidden = print.1.split(separator: "}").filter { $0.contains("display: none") }
            .flatMap { $0.prefix { $0 != "{" }.split(separator: ",") }
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        #expect(hidden.contains(".actions") && !hidden.contains(".top") && !hidden.contains(".wordmark"))
    }
}
