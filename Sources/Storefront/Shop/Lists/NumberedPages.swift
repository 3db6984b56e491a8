/// Links to the pages of a list by their numbers: the first, the last, and those around the one that is shown.
struct NumberedPages {
    struct Link {
        let number: String
        /// Nil for the page that is shown.
        let link: String?
        /// Whether pages are left out before it.
        let isAfterGap: Bool
    }

    let links: [Link]
    let previous: String?
    let next: String?

    /// How many numbers stand at each side of the current one.
    private static let neighbourCount = 2

    /// Makes the links; nil for a list that fits on one page.
    ///
    /// - Parameter path: the address of a page.
    init?(current: Int, count: Int, path: (Int) -> String) {
        guard count > 1 else { return nil }
        let near = (current - Self.neighbourCount)...(current + Self.neighbourCount)
        let numbers = Set([1, count]).union(near.filter { (1...count).contains($0) }).sorted()
        links = numbers.enumerated().map { place, number in
            Link(
                number: Wording.count(Int64(number)), link: number == current ? nil : path(number),
                isAfterGap: place > 0 && numbers[place - 1] != number - 1)
        }
        previous = current > 1 ? path(current - 1) : nil
        next = current < count ? path(current + 1) : nil
    }

    /// How many pages `count` things take.
    static func count(of count: Int, perPage: Int) -> Int { max(1, (count + perPage - 1) / perPage) }
}
