internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

extension DeskRoutes {
    /// The number of attempts to retire a book that customers keep buying between the read and the
    /// retirement.
    private static let retireAttemptCountMax = 5

    /// The state of the book that the keeper saw before retiring it. Sales do not change it: each moves one
    /// copy from the shelf to the copies sold.
    private struct Seen: Equatable {
        let copies: Int64
        let price: Cents

        init(_ details: BookDetails) {
            copies = details.book.stock + details.sold
            price = details.book.price
        }

        init(_ form: Form) throws {
            guard let copies = try form["seen-copies"].flatMap({ Int64($0) }),
                let price = try form["seen-cost"].flatMap({ Cents(parsing: $0) })
            else {
                throw DeskError.badFields(["The form does not say which state of the book it is about."])
            }
            self.copies = copies
            self.price = price
        }
    }

    /// Retires a book, unless another keeper changed it in the meantime.
    func retire(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let item = try form.item()
        let seen = try Seen(form)
        let key = try form.key().key
        let reason = (try form["reason"] ?? "").trimmingBlanks()
        if let fault = ChangeForm.fault(inReason: reason) {
            return try await bookPage(
                item, context, session, retiring: FieldView(value: reason, fault: fault, isFocused: true),
                status: .badRequest)
        }
        for attempt in 1...Self.retireAttemptCountMax {
            let found = try await store.book(item, trace: context.trace).result
            // A first copy of this form may have retired the book already; the key shows whether it did.
            guard found.isRetired || Seen(found) == seen else { throw Self.changed(item, seen, found) }
            do {
                _ = try await store.retire(
                    item, expectedVersion: found.version, actor: session.keeper, reason: reason, key: key,
                    trace: context.trace)
                return .redirect(to: "/desk/book/\(item)?done=\(DeskNotice.retired.code)")
            } catch StoreFault.refused(let problem) where [409, 412].contains(problem.status) {
                guard problem.status == 412, attempt < Self.retireAttemptCountMax else {
                    throw Self.conflict(item, problem.words, undone: Self.notRetired)
                }
            }
        }
        throw Self.conflict(item, "customers buy it all the time", undone: Self.notRetired)
    }

    private static func changed(_ item: ItemNumber, _ seen: Seen, _ found: BookDetails) -> DeskError {
        conflict(
            item,
            seen.price == found.book.price
                ? "its stock was changed to \(found.book.stock)"
                : "its price is \(Wording.price(found.book.price)), not \(Wording.price(seen.price))",
            undone: notRetired)
    }

    private static let notRetired = "It was not retired."

    /// - Parameter undone: what was not done to the book, in a sentence.
    static func conflict(_ item: ItemNumber, _ detail: String, undone: String) -> DeskError {
        DeskError(
            status: .conflict, heading: "The book has changed meanwhile",
            happened: DeskError.sentence(detail) + " " + undone,
            advice: "Look at it as it is, and do it from there if you still want to.",
            links: [ProblemPages.Link(link: "/desk/book/\(item)", words: "To the book")])
    }
}
