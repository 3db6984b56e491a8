internal import Model

struct OrdersView {
    struct Order {
        let id: String
        let title: String
        let cover: String
        let when: String
        let paid: String
    }

    let frame: Pages.Frame
    let orders: [Order]
}
