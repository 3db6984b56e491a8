/// The notice on the page after a change, chosen by a code in its address.
enum DeskNotice {
    case nothing
    case changed(Int)
    case imported(Int)
    case added
    case retired
    case edited
    case restored
    /// So many orders took a step.
    case orders(Int)
    /// The customer of an order is forgotten.
    case forgotten
    /// No order was ticked.
    case noOrder
    /// The shop's settings are changed.
    case settings
    /// Something was done to a keeper's account.
    case keeper(KeeperStep)
    /// An empty form was sent.
    case empty

    init(_ code: String?) {
        switch code {
        case "added": self = .added
        case "retired": self = .retired
        case "edited": self = .edited
        case "restored": self = .restored
        case "empty": self = .empty
        case "forgotten": self = .forgotten
        case "no-order": self = .noOrder
        case "settings": self = .settings
        case let code? where KeeperStep(rawValue: code) != nil:
            self = KeeperStep(rawValue: code).map { .keeper($0) } ?? .nothing
        case let code? where code.hasPrefix("orders-"):
            self = Int(code.dropFirst("orders-".count)).map { .orders($0) } ?? .nothing
        case let code?:
            let count = code.split(separator: "-").last.flatMap { Int($0) }
            self = count.map { code.hasPrefix("imported-") ? .imported($0) : .changed($0) } ?? .nothing
        case nil: self = .nothing
        }
    }

    var code: String {
        switch self {
        case .nothing: ""
        case .changed(let count): String(count)
        case .imported(let count): "imported-\(count)"
        case .added: "added"
        case .retired: "retired"
        case .edited: "edited"
        case .restored: "restored"
        case .orders(let count): "orders-\(count)"
        case .forgotten: "forgotten"
        case .noOrder: "no-order"
        case .settings: "settings"
        case .keeper(let step): step.rawValue
        case .empty: "empty"
        }
    }

    var words: String? {
        switch self {
        case .nothing: nil
        case .changed(let count): "Done: \(Wording.books(count)) changed."
        case .imported(let count): "Done: \(Wording.books(count)) imported."
        case .added: "The book is on the shelf."
        case .retired: "The book is retired."
        case .edited: "The book is changed."
        case .restored: "The book is back in the shop."
        case .orders(let count):
            "Done: \(count == 1 ? "1 order" : "\(Wording.count(Int64(count))) orders") changed."
        case .forgotten: "The customer is forgotten."
        case .noOrder: "No order is ticked, so nothing was changed."
        case .settings: "The settings are changed. Other shops of this store show them within seconds."
        case .keeper(let step): step.words
        case .empty: "No change is filled in, so nothing was changed."
        }
    }
}
