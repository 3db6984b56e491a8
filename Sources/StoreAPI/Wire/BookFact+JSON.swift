internal import Model
internal import NIOCore
internal import TierHTTP

extension Schema {
    /// What a bookshop knows of a book. Each member may be missing.
    static let facts = Schema.object(further: BookFact.members { $0.schema }).named("Facts")
}

extension BookFact {
    /// A schema for each fact, by its name.
    static func members(_ schema: (BookFact) -> Schema) -> [String: Schema] {
        Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, schema($0)) })
    }

    static let names = allCases.map(\.rawValue)

    /// What an answer has.
    fileprivate var schema: Schema {
        let value = isList ? Schema.array(of: .string) : .string
        return value.saying("\(label).")
    }

    /// What a request may have.
    var newSchema: Schema {
        let text = Schema.string(lengthMax: byteCountMax)
        return isList ? .array(of: text, count: 0...Self.partCountMax) : text
    }
}

extension ByteBuffer {
    /// Appends the facts that are known as further members of a book.
    mutating func writeFacts(_ facts: BookFacts) {
        for (name, json) in facts.members { writeString(#","\#(name)":\#(json)"#) }
    }
}
