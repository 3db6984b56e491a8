/// The notice on the page after a change, chosen by a code in its address.
enum DeskNotice {
    case nothing
    case changed(Int)
    case imported(Int)
    case added
    case retired
    case edited
    case restored
    /// An empty form was sent.
    case empty

    init(_ code: String?) {
        switch code {
        case "added": self = .added
        case "retired": self = .retired
        case "edited": self = .edited
        case "restored": self = .restored
        case "empty": self = .empty
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
        case .empty: "No change is filled in, so nothing was changed."
        }
    }
}
