import Testing

@testable import TierHTTP

@Suite struct TurnListTests {
    private final class Element: TurnTaking {
        var turnPlace = 0
        var turns = 0
    }

    private func list(_ count: Int) -> (TurnList<Element>, [Element]) {
        var list = TurnList<Element>()
        let elements = (0..<count).map { _ in Element() }
        for element in elements { list.add(element) }
        return (list, elements)
    }

    private func round(_ list: inout TurnList<Element>) {
        for turn in 0..<list.turnsPerRound {
            let (elements, beginsRound) = list.turn()
            #expect(beginsRound == (turn == 0))
            #expect(elements.count <= TurnList<Element>.turnCountMax)
            for element in elements { element.turns += 1 }
        }
    }

    @Test(arguments: [0, 1, 256, 257, 1_000])
    func givesEachElementOneTurnARound(count: Int) {
        var (list, elements) = list(count)
        for _ in 0..<3 { round(&list) }
        #expect(elements.allSatisfy { $0.turns == 3 })
    }

    @Test func removesElementsAnywhere() {
        var (list, elements) = list(600)
        for index in stride(from: 0, to: 600, by: 2) { list.remove(elements[index]) }
        list.remove(elements[599])
        #expect(list.count == 299)
        round(&list)
        let stay = elements.indices.filter { $0 % 2 == 1 && $0 != 599 }
        #expect(stay.allSatisfy { elements[$0].turns == 1 })
        #expect(elements.count { $0.turns == 0 } == 301)
    }

    /// A connection that closes in its turn is removed while the others of the turn are checked.
    @Test func anElementCanBeRemovedInItsTurn() {
        var (list, elements) = list(300)
        for element in list.turn().elements {
            element.turns += 1
            list.remove(element)
        }
        #expect(list.count == 44)
        round(&list)
        #expect(elements.allSatisfy { $0.turns == 1 })
    }
}
