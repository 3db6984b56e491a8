import HTTPTypes
import Hummingbird
import Model
import NIOCore
import StoreAPI
import Testing

@testable import Storefront

/// Lists of books: what their addresses say, and the links between their pages.
@Suite struct ListTests {
    private func query(_ address: String, words: String? = nil, topic: String? = nil) throws -> ListQuery {
        let head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: address)
        let root = topic.map(ShopPaths.topic) ?? words.map(ShopPaths.find) ?? "/desk/books"
        return try ListQuery(
            Request(head: head, body: RequestBody(buffer: ByteBuffer())), root: root, words: words,
            topic: topic)
    }

    @Test func anAddressSaysAllOfAList() throws {
        let plain = try query("/find?q=war&sort=&cost_min=&cost_max=&topic=", words: "war")
        #expect(!plain.isFiltered && plain.fault == nil && plain.page == 1 && plain.order == .relevance)
        #expect(plain.path(page: 1) == "/find?q=war" && plain.path(page: 3) == "/find?q=war&page=3")
        let filtered = try query(
            "/find?q=war&sort=cost&in_stock=true&cost_min=5&cost_max=%2412.50&topic=a+%26%20b&page=2",
            words: "war")
        #expect(
            filtered.isFiltered && filtered.isInStockOnly && filtered.order == .cost && filtered.page == 2)
        #expect(filtered.prices.min?.amount == 500 && filtered.prices.max?.amount == 1250)
        #expect(filtered.topic == "a & b")
        let path = filtered.path(page: 4)
        #expect(path.hasPrefix("/find?q=war&topic=a%20%26%20b&in_stock=true&cost_min=5&cost_max="))
        #expect(path.hasSuffix("&sort=cost&page=4"))
        let again = try query(path, words: "war")
        #expect(again.path(page: 4) == path)
    }

    @Test func aListOfATopicNamesItOnce() throws {
        let list = try query("/topic?name=birds&sort=sold", topic: "birds")
        #expect(
            list.topic == "birds" && !list.isFiltered && list.path(page: 1) == "/topic?name=birds&sort=sold")
    }

    @Test(arguments: [
        "page=0", "page=-1", "page=x", "sort=random", "in_stock=yes", "page=99999999999999999999",
    ])
    func whatAnAddressCannotSayIsLeftOut(parameter: String) throws {
        let list = try query("/desk/books?" + parameter)
        #expect(list.path(page: list.page) == "/desk/books")
    }

    @Test(arguments: [
        ("cost_min=x", "“x” is no price"), ("cost_max=1,5", "“1,5” is no price"), ("topic=a%0Ab", "topic"),
    ])
    func saysWhatCannotBeUsed(parameter: String, words: String) throws {
        #expect(try query("/desk/books?" + parameter).fault?.contains(words) == true)
    }

    private func numbers(_ current: Int, of count: Int) -> String? {
        NumberedPages(current: current, count: count) { "p\($0)" }.map { pages in
            pages.links.map { ($0.isAfterGap ? "… " : "") + ($0.link == nil ? "[\($0.number)]" : $0.number) }
                .joined(separator: " ")
        }
    }

    @Test func pagesHaveNumbers() {
        #expect(numbers(1, of: 1) == nil)
        #expect(numbers(1, of: 2) == "[1] 2" && numbers(2, of: 2) == "1 [2]")
        #expect(numbers(5, of: 9) == "1 … 3 4 [5] 6 7 … 9" && numbers(3, of: 5) == "1 2 [3] 4 5")
        #expect(numbers(1, of: 20_834) == "[1] 2 3 … 20,834")
        let pages = NumberedPages(current: 2, count: 3) { "p\($0)" }
        #expect(pages?.previous == "p1" && pages?.next == "p3")
        #expect(NumberedPages(current: 1, count: 3) { "p\($0)" }?.previous == nil)
        #expect([0, 1, 24, 25].map { NumberedPages.count(of: $0, perPage: 24) } == [1, 1, 1, 2])
    }
}
