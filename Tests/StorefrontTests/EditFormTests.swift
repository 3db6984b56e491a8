import HTTPTypes
import Hummingbird
import Model
import NIOCore
import StoreAPI
import Testing

@testable import Storefront

@Suite struct EditFormTests {
    private func details(title: String = "Emma", _ facts: [BookFact: String] = [:]) throws -> BookDetails {
        let book = Book(
            item: try #require(ItemNumber(7)), title: title, topic: "novels", price: try #require(Cents(900)),
            stock: 3)
        return BookDetails(book: book, sold: 0, isRetired: false, version: 4, facts: BookFacts(facts))
    }

    private func form(_ fields: [String: String]) async throws -> EditForm {
        var head = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/desk/edit")
        head.headerFields[.contentType] = "application/x-www-form-urlencoded"
        let text = fields.map { "\($0.key)=\(ShopPaths.adding("x", $0.value, to: "").dropFirst(3))" }
            .joined(separator: "&")
        return try EditForm(
            try await Form.read(Request(head: head, body: RequestBody(buffer: ByteBuffer(string: text)))))
    }

    /// The fields of the page of a book, as a browser sends them.
    private func fields(_ details: BookDetails, _ typed: [String: String] = [:]) -> [String: String] {
        let shown = EditForm(details)
        var fields = [
            "item_number": "7", "title": shown.title, "topic": shown.topic, "reason": "why",
            "seen": shown.seen.text,
        ]
        for fact in FactFields.facts {
            fields[fact.rawValue] = shown.facts[fact].replacing("\n", with: "\r\n")
        }
        return fields.merging(typed) { _, typed in typed }
    }

    private static let known: [BookFact: String] = [
        .isbn: "9780306406157", .authors: "Jane Austen; N. N.", .published: "1815",
        .description: "One.\n\nTwo & three.",
    ]

    @Test func sendsOnlyWhatWasChanged() async throws {
        let seen = try details(Self.known)
        #expect(try await form(fields(seen)).edit().get().isEmpty)
        let edit = try await form(
            fields(
                seen,
                ["title": " Emma, a Novel ", "published": "", "isbn": "0-306-40615-2", "language": "en"])
        ).edit().get()
        #expect(edit.title == "Emma, a Novel" && edit.topic == nil)
        #expect(edit.facts.count == 2 && edit.facts[.language] == "en")
        #expect(edit.facts[.published] == .some(nil))
    }

    @Test func saysWhichFieldIsWrong() async throws {
        let typed = [
            "title": "", "topic": "\u{202E}", "isbn": "0306406153", "published": "May",
            "language": "english!",
            "reason": "",
        ]
        guard case .failure(let faults) = try await form(fields(details(), typed)).edit() else {
            Issue.record("taken")
            return
        }
        #expect(faults.title != nil && faults.topic != nil && faults.reason != nil)
        #expect(Set(faults.facts.keys) == [.isbn, .published, .language])
        #expect(faults.facts[.isbn]?.contains("would be 2") == true)
    }

    /// What another keeper changed is a conflict only where this one changed it too, and to something else.
    @Test func knowsWhatIsAConflict() async throws {
        let seen = try details(Self.known)
        let filled = try await form(fields(seen, ["title": "Emma Woodhouse", "published": "1816"]))
        let edit = try filled.edit().get()
        #expect(filled.conflicts(of: edit, with: seen).isEmpty)
        var facts = Self.known
        facts[.language] = "en"
        facts[.published] = "1816"
        #expect(filled.conflicts(of: edit, with: try details(facts)).isEmpty)
        facts[.published] = nil
        let now = try details(title: "Emma: a Novel", facts)
        let conflicts = filled.conflicts(of: edit, with: now)
        #expect(conflicts.title == "Emma: a Novel" && conflicts.facts == [.published: ""])
        // The form that is shown again undoes nothing of what the other keeper did elsewhere.
        let again = filled.following(now, butFor: edit)
        #expect(again.title == "Emma Woodhouse" && again.facts[.language] == "en")
        #expect(again.facts[.published] == "1816")
    }

    @Test(arguments: ["", "a.b", "0.0.0.0.0.0.0.0.0.0"])
    func refusesAFormWithoutItsState(seen: String) async throws {
        let fields = try fields(details(), ["seen": seen])
        await #expect(throws: DeskError.self) { try await form(fields) }
    }

    /// The longest form that a page sends is within the limit of one.
    @Test func theLongestFormFits() throws {
        var fields = fields(try details())
        for fact in FactFields.facts {
            fields[fact.rawValue] = String(repeating: "é", count: fact.byteCountMax / 2)
        }
        fields["title"] = String(repeating: "é", count: ShopText.titleByteCountMax / 2)
        let count = fields.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count * 3 + 2 }
        #expect(count < ShopLimits.formByteCountMax)
    }

    @Test func showsWhereLongTextsDiffer() {
        let common = String(repeating: "The same words. ", count: 20)
        let row = ChangeRow(
            FieldChange(field: "description", from: common + "Old end", to: common + "New end"))
        #expect(row.field == "Description")
        #expect(row.from == "…rds. The same words. Old end" || row.from?.hasSuffix("Old end") == true)
        #expect(row.to?.hasPrefix("…") == true && row.to?.hasSuffix("New end") == true)
        let short = ChangeRow(FieldChange(field: "title", from: "Emma", to: "Emmas"))
        #expect(short.field == "Title" && short.from == "Emma" && short.to == "Emmas")
        let gone = ChangeRow(FieldChange(field: "isbn", from: "1", to: nil))
        #expect(gone.field == "ISBN" && gone.to == nil)
    }

    @Test(arguments: [
        ("1869", "1869"), ("1869-03", "March 1869"), ("1869-03-01", "1 March 1869"), ("1869-13", "1869-13"),
    ])
    func saysDates(text: String, words: String) { #expect(Wording.date(text) == words) }

    @Test func saysLanguages() {
        #expect(Wording.language("en") == "English" && Wording.language("pt-BR") == "Portuguese (Brazil)")
        #expect(Wording.language("xx-private") != "")
    }
}
