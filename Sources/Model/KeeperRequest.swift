/// What a storekeeper asks for: changes that are made together or not at all, with who made them and why.
public struct KeeperRequest: Sendable {
    /// The longest name of a person, in UTF-8 bytes.
    public static let actorByteCountMax = 64
    /// The longest reason, in UTF-8 bytes.
    public static let reasonByteCountMax = 200
    /// Updates in one request, at most.
    public static let updateCountMax = 500

    /// What is to be done.
    public enum Work: Sendable {
        /// Prices and stocks of books.
        case updates([KeeperUpdate])
        /// A new book.
        case add(NewBook)
        /// A book is taken out of the shop. It must have this version, if one is given.
        case retire(ItemNumber, expectedVersion: Int64?)
        /// All books of a file, with their lines. `progress` is told now and then how many are written.
        case load([(line: Int, book: Book)], progress: @Sendable (Int) -> Void = { _ in })
    }

    /// What is to be done.
    public let work: Work
    /// Who wants it; nil when that is not said.
    public let actor: String?
    /// Why; nil when that is not said.
    public let reason: String?
    /// With a key, it is done at most once.
    public let key: IdempotencyKey?

    /// Takes checked parts as they are.
    public init(_ work: Work, actor: String? = nil, reason: String? = nil, key: IdempotencyKey? = nil) {
        self.work = work
        self.actor = actor
        self.reason = reason
        self.key = key
    }
}

/// An update as a storekeeper asks for it, with what the book is believed to be.
public struct KeeperUpdate: Equatable, Sendable {
    /// What to change. Never a sale: it has no key.
    public let change: StockChange
    /// What the book must be for it.
    public let expectation: Expectation

    /// What a storekeeper last saw of a book; what is nil may be anything.
    public struct Expectation: Equatable, Sendable {
        /// The units on the shelf.
        public var stock: Int64?
        /// The price.
        public var price: Cents?
        /// See ``BookDetails/version``.
        public var version: Int64?
        /// What the book may cost at most.
        public var priceMax: Cents?

        /// Takes the parts as they are.
        public init(
            stock: Int64? = nil, price: Cents? = nil, version: Int64? = nil, priceMax: Cents? = nil
        ) {
            self.stock = stock
            self.price = price
            self.version = version
            self.priceMax = priceMax
        }

        /// How a book differs from it, in words; nil when it does not.
        public func difference(from found: BookDetails) -> String? {
            if let stock, stock != found.book.stock {
                return "its stock is \(found.book.stock), not \(stock)"
            }
            if let price, price != found.book.price { return "its cost is \(found.book.price), not \(price)" }
            if let priceMax, found.book.price > priceMax {
                return "its cost is \(found.book.price), more than \(priceMax)"
            }
            if let version, version != found.version {
                return "its version is \(found.version), not \(version)"
            }
            return nil
        }
    }

    /// Takes the parts as they are.
    public init(_ change: StockChange, expectation: Expectation = Expectation()) {
        self.change = change
        self.expectation = expectation
    }
}

/// A book that is to be added.
public struct NewBook: Equatable, Sendable {
    /// Its number; nil for the next free one.
    public let item: ItemNumber?
    /// The title.
    public let title: String
    /// The topic.
    public let topic: String
    /// The price of one unit.
    public let price: Cents
    /// The units on the shelf.
    public let stock: Int64

    /// Takes checked parts as they are.
    public init(item: ItemNumber?, title: String, topic: String, price: Cents, stock: Int64) {
        self.item = item
        self.title = title
        self.topic = topic
        self.price = price
        self.stock = stock
    }

    /// The book under a number.
    public func book(_ item: ItemNumber) -> Book {
        Book(item: item, title: title, topic: topic, price: price, stock: stock)
    }
}

/// A line of a file that was refused.
public struct RefusedLine: Equatable, Sendable {
    /// The line, from 1.
    public let line: Int
    /// What is wrong with it.
    public let reason: String

    /// Takes the parts as they are.
    public init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    /// Lines that an answer names, at most.
    public static let namedCountMax = 1_000
}
