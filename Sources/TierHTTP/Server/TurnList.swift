/// A list whose elements are looked at in turns of a few, so that a look at ten thousand connections holds up no
/// request. Adding and removing take the same time however long it is.
struct TurnList<Element: TurnTaking> {
    /// Elements of one turn. A look at so many idle connections takes some 50 µs.
    static var turnCountMax: Int { 256 }

    private(set) var elements: [Element] = []
    private var next = 0

    var count: Int { elements.count }

    /// Turns until each element has had one.
    var turnsPerRound: Int { max(1, (elements.count + Self.turnCountMax - 1) / Self.turnCountMax) }

    mutating func add(_ element: Element) {
        element.turnPlace = elements.count
        elements.append(element)
    }

    /// Removes an element of this list. Another one takes its place and may have its turn a round late.
    mutating func remove(_ element: Element) {
        let last = elements.removeLast()
        guard last !== element else { return }
        elements[element.turnPlace] = last
        last.turnPlace = element.turnPlace
    }

    /// The elements whose turn it is, and whether a round begins with them.
    mutating func turn() -> (elements: ArraySlice<Element>, beginsRound: Bool) {
        if next >= elements.count { next = 0 }
        let first = next
        next = min(first + Self.turnCountMax, elements.count)
        return (elements[first..<next], first == 0)
    }
}
