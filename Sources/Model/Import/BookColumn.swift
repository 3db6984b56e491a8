@_spi(_Unicode) internal import Swift

/// What a column of a file of books holds.
package enum BookColumn: Hashable, Decodable, Sendable {
    case item, title, topic, price, stock
    case fact(BookFact)

    package static let allCases =
        [BookColumn.item, .title, .topic, .price, .stock] + BookFact.allCases.map(Self.fact)

    /// Its name in files and on the wire.
    package var name: String {
        switch self {
        case .item: "item_number"
        case .title: "title"
        case .topic: "topic"
        case .price: "cost"
        case .stock: "stock"
        case .fact(let fact): fact.rawValue
        }
    }

    /// How people call it.
    package var label: String {
        switch self {
        case .item: "Item number"
        case .title: "Title"
        case .topic: "Topic"
        case .price: "Price"
        case .stock: "Stock"
        case .fact(let fact): fact.label
        }
    }

    /// The column of this name; nil for any other.
    package init?(name: String) {
        guard let column = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = column
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let column = Self(name: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no column of a book")
        }
        self = column
    }

    /// What a header means, and how good a name for it that is: of two columns that mean the same, the lower counts.
    static func meant(by header: String) -> (column: BookColumn, rank: Int)? { meanings[folded(header)] }

    private static let meanings = Dictionary(
        uniqueKeysWithValues: allCases.flatMap { column in
            ([folded(column.name)] + column.otherNames).enumerated().map { ($1, (column, $0)) }
        })

    /// Names that wholesalers, spreadsheets and other shops use, as ``folded(_:)`` makes them, the best first.
    private var otherNames: [String] {
        switch self {
        case .item:
            [
                "item", "itemno", "number", "bookid", "id", "no", "nr", "sku", "artikelnummer", "artikelnr",
                "nummer", "numero",
            ]
        case .title: ["booktitle", "name", "titel", "buchtitel", "titre", "titulo", "titolo"]
        case .topic:
            [
                "type", "subject", "category", "genre", "theme", "thema", "kategorie", "sachgebiet",
                "warengruppe", "rubrik",
                "sujet", "categorie",
            ]
        case .price:
            [
                "price", "retailprice", "unitprice", "listprice", "rrp", "priceeur", "pricegbp", "priceusd",
                "preis",
                "verkaufspreis", "vkpreis", "ladenpreis", "vk", "preiseur", "preisbrutto", "bruttopreis",
                "prix",
                "prixttc", "prixeur", "prixpublic", "precio", "pvp", "prezzo",
            ]
        case .stock:
            [
                "qty", "quantity", "copies", "units", "onhand", "instock", "inventory", "bestand",
                "lagerbestand", "menge",
                "anzahl", "stuck", "stueck", "quantite", "exemplaires", "existencias", "cantidad", "giacenza",
            ]
        case .fact(.isbn): ["isbn13", "ean", "ean13", "gtin", "barcode", "isbn10"]
        case .fact(.authors):
            [
                "author", "authorname", "by", "writer", "autor", "autoren", "autorin", "verfasser", "auteur",
                "auteurs", "autores", "autore", "autori",
            ]
        case .fact(.publisher):
            ["publishedby", "imprint", "verlag", "editeur", "maisondedition", "editorial", "editore"]
        case .fact(.published):
            [
                "publicationdate", "publicationyear", "datepublished", "yearpublished", "pubdate",
                "releasedate", "year",
                "date", "erscheinungsdatum", "erscheinungsjahr", "jahr", "datedeparution", "annee",
            ]
        case .fact(.language): ["lang", "sprache", "langue"]
        case .fact(.description):
            ["summary", "blurb", "synopsis", "annotation", "beschreibung", "klappentext", "inhalt", "resume"]
        case .fact(.cover): []
        }
    }

    /// A header's letters and digits, small and without accents: `ISBN-13` and `Author(s)` are `isbn13` and `authors`.
    static func folded(_ header: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in header.lowercased()._nfd
        where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
            folded.append(scalar)
        }
        return String(folded)
    }
}
