internal import Hummingbird
internal import Model

/// The form of the checkout page, as it was filled in.
struct CheckoutForm {
    private static let deliver = "deliver"
    private static let collect = "collect"

    let key: ReceiptID
    let shown: ShownLines
    var name = ""
    var email = ""
    var delivery = ""
    var isDelivery = false

    /// An empty one.
    init(key: ReceiptID, shown: ShownLines) {
        self.key = key
        self.shown = shown
    }

    init(_ form: Form) throws {
        key = try form.key()
        guard let shown = ShownLines(try form["lines"] ?? "") else {
            throw HTTPError(.badRequest, message: "The form has lost what it orders; open it again.")
        }
        self.shown = shown
        name = (try form["name"] ?? "").trimmingBlanks()
        email = (try form["email"] ?? "").trimmingBlanks()
        // Browsers send the lines of a field with both ends (HTML, 4.10.21.4).
        delivery = (try form["delivery"] ?? "").replacing("\r\n", with: "\n").trimmingBlanks()
        switch try form["way"] {
        case Self.deliver: isDelivery = true
        case Self.collect, nil: isDelivery = false
        default:
            throw HTTPError(.badRequest, message: "The form has lost how the books reach you; open it again.")
        }
    }

    /// What is wrong with each field; nil for nothing.
    var faults: (name: String?, email: String?, delivery: String?) {
        (
            ShopText.fault(in: name, byteCountMax: OrderContact.nameByteCountMax).map { "Your name \($0)." },
            OrderContact.fault(inEmail: email).map { "This \($0)." },
            !isDelivery
                ? nil
                : delivery.isEmpty
                    ? "Say where to send it."
                    : OrderContact.fault(inDelivery: delivery).map { "The address \($0)." }
        )
    }

    /// - Throws: `StoreError.invalid` for what no page of the shop sends.
    var order: NewOrder {
        get throws {
            guard let total = Cents(shown.totalCents) else {
                throw StoreError.invalid("An order of that size is made with the shop itself.")
            }
            return try NewOrder(
                key: key.key, lines: shown.lines.map(\.line), expectedTotal: total,
                contact: OrderContact(name: name, email: email, delivery: isDelivery ? delivery : nil))
        }
    }

    /// The form that sends the same again.
    var retry: ProblemPages.Retry {
        ProblemPages.Retry(
            action: "/checkout",
            fields: [
                .init(name: "key", value: key.text), .init(name: "lines", value: shown.text),
                .init(name: "name", value: name), .init(name: "email", value: email),
                .init(name: "way", value: isDelivery ? Self.deliver : Self.collect),
                .init(name: "delivery", value: delivery),
            ])
    }
}
