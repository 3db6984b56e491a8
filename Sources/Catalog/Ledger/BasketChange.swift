internal import Crypto
internal import Model

/// A basket as it is to be kept.
package struct BasketChange: Sendable {
    /// The SHA-256 of its name: who reads the database can open no basket.
    let digest: String
    /// By the books' numbers; none forgets the basket.
    let lines: [OrderLine]

    init(_ id: BasketID, lines: [OrderLine]) {
        digest = Self.digest(of: id)
        self.lines = lines
    }

    static func digest(of id: BasketID) -> String { Hex.text(SHA256.hash(data: Array(id.text.utf8))) }

    /// When the last change was at the earliest of a basket that is kept at `time`.
    static func oldest(at time: Timestamp) -> Timestamp {
        Timestamp(millis: time.millis - Basket.keptDaysMax * 86_400_000)
    }

    /// Baskets that one change forgets at most, so that none is slow. More than one, so that the old ones go.
    static let forgottenAtOnceMax = 20

    /// The lines as they are stored.
    var text: String { lines.map(\.text).joined(separator: " ") }

    /// Reads lines as they are stored.
    static func lines(_ text: String) -> [OrderLine] { OrderLine.read(text, separator: " ") }
}
