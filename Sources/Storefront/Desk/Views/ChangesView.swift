internal import Hummingbird
internal import Model

/// The page of a form of changes that is shown again. Each row that was filled in contains the typed values,
/// what the keeper saw, the current values, and the faults beside their fields.
struct ChangesView {
    /// The reason why the form is shown again.
    enum Cause {
        /// Fields cannot be read.
        case faulty
        /// Someone else changed a book, and the change would overwrite that.
        case changed(String)
        /// The change removes more copies than there are.
        case short(String)
        /// The store refused it for another reason.
        case refused(String)
        /// Books would be given away, and the keeper has to confirm it.
        case unsure
        /// The keeper asked for another page before the changes were made.
        case unmade(page: String)
        /// The store did not answer, so the same form has to be sent again.
        case unknownOutcome

        var status: HTTPResponse.Status {
            switch self {
            case .faulty: .badRequest
            case .changed, .short, .refused: .conflict
            case .unsure, .unmade: .ok
            case .unknownOutcome: .serviceUnavailable
            }
        }

        var heading: String {
            switch self {
            case .faulty: "That cannot be entered"
            case .changed: "Someone else changed this meanwhile"
            case .short: "That is more than there is"
            case .refused: "The store refused this"
            case .unsure: "Is that meant?"
            case .unmade: "These changes are not made yet"
            case .unknownOutcome: "We could not finish this yet"
            }
        }

        /// - Parameter isMarked: whether the fields show their faults themselves.
        func note(isMarked: Bool) -> String {
            let kept = "Nothing was changed, and what you typed is still here."
            return switch self {
            case .faulty: kept
            case .changed(let detail), .short(let detail):
                isMarked ? kept : DeskError.sentence(detail) + " " + kept
            case .refused(let detail): DeskError.sentence(detail) + " Nothing was changed."
            case .unsure: "A price of 0 gives a book away. Nothing was changed yet."
            case .unmade: "You typed them and asked for another page. Make them now, or go on without them."
            case .unknownOutcome:
                "The store did not answer in time, so it is not known whether the changes were made. Ask again: they are made once at most, and you are told."
            }
        }

        var button: String {
            switch self {
            case .changed: "Make my change all the same"
            case .unsure: "Yes, change all that is filled in"
            case .unknownOutcome: "Ask again"
            default: "Change all that is filled in"
            }
        }
    }

    struct Row {
        let item: String
        let title: String
        let saw: String
        let now: String
        let seenStock: Int64
        let seenPrice: String
        let stock: String
        let stockFault: String?
        let isStockFocused: Bool
        let price: String
        let priceFault: String?
        let isPriceFocused: Bool
    }

    /// A book that needs another look.
    struct Mark {
        let item: String
        let field: String
    }

    let frame: Pages.Frame
    let key: String
    let heading: String
    let note: String
    let marks: [Mark]
    let rows: [Row]
    let items: String
    let sure: String
    let back: String
    let reason: FieldView
    let button: String
    let leaveLink: String
    let leaveWords: String
    /// Whether the fields are read-only, so that the form stays the one that was sent.
    let isFixed: Bool

    init(
        frame: Pages.Frame, key: ReceiptID, cause: Cause, typed: ChangeForm, faults: ChangeForm.Faults,
        books: [ItemNumber: BookDetails], sure: Set<ItemNumber>
    ) {
        self.frame = frame
        self.key = key.text
        heading = cause.heading
        button = cause.button
        let first = typed.rows.first { faults.items.contains($0.item) }?.item
        rows = typed.rows.map { row in
            Self.row(row, faults: faults, isFirst: row.item == first, book: books[row.item])
        }
        marks = rows.filter { $0.stockFault != nil || $0.priceFault != nil }.map {
            Mark(item: $0.item, field: $0.stockFault == nil ? "cost" : "stock")
        }
        note = cause.note(isMarked: !marks.isEmpty)
        items = typed.rows.map(\.item.description).joined(separator: ".")
        self.sure = sure.sorted { $0.value < $1.value }.map(\.description).joined(separator: ".")
        reason = FieldView(
            value: typed.reason, fault: faults.reason, isFocused: first == nil && faults.reason != nil)
        if case .unmade(let page) = cause {
            (back, leaveLink, leaveWords) = (page, page, "Go on without them")
        } else {
            (back, leaveLink, leaveWords) = (typed.back, typed.back, "Leave it as it is")
        }
        if case .unknownOutcome = cause { isFixed = true } else { isFixed = false }
    }

    private static func row(
        _ row: ChangeForm.Row, faults: ChangeForm.Faults, isFirst: Bool, book: BookDetails?
    ) -> Row {
        let stockFault = faults.stock[row.item]
        return Row(
            item: row.item.description,
            title: book.map { Wording.listed($0.book.title) } ?? "Book \(row.item)",
            saw: state(row.seenStock, row.seenPrice),
            now: book.map { $0.isRetired ? "Retired" : state($0.book.stock, $0.book.price) } ?? "–",
            // The values shown here are those that the keeper has seen when sending again.
            seenStock: book?.book.stock ?? row.seenStock,
            seenPrice: (book?.book.price ?? row.seenPrice).description, stock: row.stock,
            stockFault: stockFault, isStockFocused: isFirst && stockFault != nil, price: row.price,
            priceFault: faults.price[row.item], isPriceFocused: isFirst && stockFault == nil)
    }

    private static func state(_ stock: Int64, _ price: Cents) -> String {
        "\(Wording.count(stock)) at \(Wording.price(price))"
    }
}
