import GRDB
import Monitoring
import Testing

@testable import Catalog

/// Which books have a word.
@Suite struct FindWordListsTests {
    @Test(
        arguments: [
            [], [1], [127, 128, 129], [1, 2, 3, 16_511, 16_512, 999_999_999_999_999_999],
            Array(1...1_000), stride(from: 7, through: 3_000_000, by: 777).map { $0 },
        ] as [[Int64]]) func packsNumbers(numbers: [Int64])
    {
        var gathered = GatheredItems()
        PackedItems(numbers).bytes.withUnsafeBytes { gathered.add(packed: $0) }
        #expect(gathered.sorted() == numbers)
    }

    @Test(arguments: [Int64(300), 1_000_000, .max])
    func gathersEachNumberOnce(numberMax: Int64) {
        var random = FastRandom(seed: UInt64(numberMax))
        var (gathered, numbers) = (GatheredItems(), Set<Int64>())
        for round in 0..<60 {
            let some = Set((0..<100).map { _ in Int64.random(in: 1...numberMax, using: &random) })
            let left = round == 3 ? Set(some.prefix(5)) : []
            PackedItems(some.sorted()).bytes.withUnsafeBytes { gathered.add(packed: $0, without: left) }
            numbers.formUnion(some.subtracting(left))
            let one = Int64.random(in: 1...numberMax, using: &random)
            gathered.add(one)
            numbers.insert(one)
        }
        #expect(gathered.sorted() == numbers.sorted())
        let some = (0..<200).map { _ in Int64.random(in: 1...numberMax, using: &random) } + numbers.prefix(50)
        let sorted = Set(some).sorted()
        #expect(gathered.common(with: sorted) == sorted.filter(numbers.contains))
    }

    @Test func followsEveryChange() throws {
        let database = try DatabaseQueue()
        try database.write { try $0.execute(sql: FindWordLists.tables) }
        var random = FastRandom(seed: 13)
        var (titles, others): ([Int64: Set<Int64>], [Int64: Set<Int64>]) = ([:], [:])
        for round in 1...60 {
            try database.write { database in
                for word in Int64(1)...4 {
                    let changes = (0..<30).map { _ in
                        FindWordLists.Change(
                            item: .random(in: 1...200, using: &random), isTitle: .random(using: &random),
                            isThere: .random(using: &random))
                    }
                    for change in changes {
                        let item = change.item
                        switch (change.isTitle, change.isThere) {
                        case (true, true): titles[word, default: []].insert(item)
                        case (true, false): titles[word, default: []].remove(item)
                        case (false, true): others[word, default: []].insert(item)
                        case (false, false): others[word, default: []].remove(item)
                        }
                    }
                    try FindWordLists.write(changes, of: word, in: database)
                }
                if round.isMultiple(of: 7) { try FindWordLists.pack(in: database) }
                for word in Int64(1)...4 {
                    var (inTitles, anywhere) = (GatheredItems(), GatheredItems())
                    try FindWordLists(database).add(word, [.title], to: &inTitles)
                    try FindWordLists(database).add(word, to: &anywhere)
                    let expected = titles[word, default: []]
                    #expect(inTitles.sorted() == expected.sorted())
                    #expect(anywhere.sorted() == expected.union(others[word, default: []]).sorted())
                }
            }
        }
    }
}
