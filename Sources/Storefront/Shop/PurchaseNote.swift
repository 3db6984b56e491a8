internal import Model
internal import StoreAPI

/// A message on the page of a book or the basket about a press of its button that bought or changed nothing. It stays
/// true when the page is opened again.
struct PurchaseNote: Equatable {
    let heading: String
    let words: String

    private static let nothing = "You have bought nothing and owe nothing."

    /// What was typed is no number of copies.
    static func noCopies(_ typed: String) -> PurchaseNote {
        PurchaseNote(
            heading: "The basket is as it was.",
            words: "\(ShownText.quoted(typed)) is no number of copies from 0 to \(OrderLine.copiesMax).")
    }

    /// The last copy was sold to someone else.
    ///
    /// - Parameters:
    ///   - time: when the button was pressed.
    ///   - stock: the current stock.
    static func soldOut(at time: String, stock: Int64) -> PurchaseNote {
        guard stock > 0 else {
            return PurchaseNote(
                heading: "Someone was faster",
                words: "When you pressed the button (\(Wording.time(time))), the last copy was already gone. "
                    + nothing)
        }
        return PurchaseNote(
            heading: "It was sold out a moment too early",
            words:
                "When you pressed the button (\(Wording.time(time))), there was no copy left. \(nothing) "
                + "There are copies again: the button buys one.")
    }

    /// The book cost more than its page showed.
    ///
    /// - Parameters:
    ///   - shown: the price that the page showed.
    ///   - asked: the price when the button was pressed.
    ///   - now: the current price.
    static func tooExpensive(shown: Cents, asked: Cents, now: Cents) -> PurchaseNote {
        let (before, today) = (Wording.price(shown), Wording.price(now))
        guard now > shown else {
            return PurchaseNote(
                heading: "The price was higher for a moment",
                words:
                    "The page that you sent showed \(before), and the book cost \(Wording.price(asked)) just then. "
                    + "\(nothing) Now it costs \(today): the button buys it for that.")
        }
        return PurchaseNote(
            heading: "The price has gone up",
            words: "The page that you sent showed \(before), and the book costs \(today) now. \(nothing) "
                + "If you want it for \(today), press the button again.")
    }

    /// A form that does not contain the price that its page showed.
    static func priceNotSaid(now: Cents) -> PurchaseNote {
        PurchaseNote(
            heading: "Please look at the price",
            words: "What you sent does not say which price you saw. \(nothing) The book costs "
                + "\(Wording.price(now)): the button buys it for that.")
    }

    /// An order of several books that was not made.
    ///
    /// - Parameter shown: the total that its page showed, in cents.
    static func notOrdered(_ refusal: StoreProblem, shown: Int64) -> PurchaseNote {
        let nothing = "You have ordered nothing and owe nothing."
        switch refusal.status {
        case 412:
            let total = refusal.total.map { ", and the order costs \(Wording.price($0)) now" } ?? ""
            return PurchaseNote(
                heading: "The price has changed",
                words: "The page that you sent showed \(Wording.amount(shown))\(total). \(nothing) "
                    + "If you want it for that, go to checkout again.")
        case 404:
            return PurchaseNote(
                heading: "A book is no longer sold",
                words: "\(nothing) Remove it from the basket to order the others.")
        default:
            return PurchaseNote(
                heading: "Someone was faster",
                words: "There are not enough copies of everything any more. \(nothing) "
                    + "Change the copies below to order what there is.")
        }
    }
}
