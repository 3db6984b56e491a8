/// What a page says of itself to search engines and to those who are sent its address.
struct PageAbout {
    /// What kind of thing the page shows, in the words of the Open Graph protocol.
    enum Kind: String {
        case website, book
    }

    /// The page's one address, whatever led to it.
    let address: String
    let description: String
    let kind: String
    /// The page's content as JSON-LD (schema.org), safe inside a script element; nil if there is none.
    let linkedData: String?

    /// The address of a picture of what the page shows.
    let image: String?

    init(
        address: String, description: String, kind: Kind = .website, image: String? = nil,
        linkedData: String? = nil
    ) {
        self.image = image
        self.address = address
        self.description = Wording.clipped(description, lengthMax: Self.descriptionLengthMax)
        self.kind = kind.rawValue
        self.linkedData = linkedData
    }

    /// Search engines show about this many characters.
    private static let descriptionLengthMax = 160
}
