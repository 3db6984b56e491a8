internal import Model
internal import StoreAPI
internal import StoreClient

struct OrdersView {
    struct Order {
        let id: String
        let title: String
        let cover: String
        let when: String
        let paid: String
        /// Of an order of several books: how far it is.
        let state: String?

        init(_ purchase: Purchase, id: ReceiptID) {
            self.id = id.text
            when = ShopProfile.current.zone.words(purchase.time)
            switch purchase {
            case .copy(let receipt):
                title = Wording.listed(receipt.title)
                cover = CoverArt.svg(title: title, topic: receipt.topic, item: receipt.item)
                paid = Wording.price(receipt.price)
                state = nil
            case .order(let order):
                let first = order.lines[0]
                let others = order.lines.count - 1
                title = Wording.listed(first.title) + (others > 0 ? " and \(Wording.books(others)) more" : "")
                cover = CoverArt.svg(title: Wording.listed(first.title), topic: "", item: first.item)
                paid = Wording.amount(order.totalCents - order.refundedCents)
                state = order.state.words
            }
        }
    }

    let frame: Pages.Frame
    let orders: [Order]
}
