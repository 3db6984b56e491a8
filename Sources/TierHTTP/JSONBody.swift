internal import Foundation
public import Model
public import NIOCore

/// The members of a JSON object in a request's body, read strictly: a member that is misspelt, missing or of
/// another type is refused by its name, for a condition that goes unread would not hold.
public struct JSONBody: Sendable {
    private enum Value: Decodable, Sendable {
        case null
        case bool
        case text(String)
        case integer(Int64)
        case fraction
        case array([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if (try? container.decode(Bool.self)) != nil {
                self = .bool
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let number = try? container.decode(Int64.self) {
                self = .integer(number)
            } else if (try? container.decode(Double.self)) != nil {
                self = .fraction
            } else if let array = try? container.decode([Value].self) {
                self = .array(array)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }
    }

    private let members: [String: Value]
    /// How the object is named in errors, such as `updates[3].`; empty for the body itself.
    private let path: String

    private init(_ members: [String: Value], path: String) {
        self.members = members
        self.path = path
    }

    /// Reads a body.
    ///
    /// - Parameter known: the members that it may have.
    /// - Throws: ``Model/StoreError/invalid(_:)`` for anything but a JSON object with no others.
    public init(_ body: ByteBuffer, known: Set<String>) throws(StoreError) {
        let value = try? JSONDecoder().decode(Value.self, from: Data(body.readableBytesView))
        guard case .object(let members)? = value else { throw .invalid("the body is not a JSON object") }
        self.init(members, path: "")
        try check(known: known)
    }

    private func check(known: Set<String>) throws(StoreError) {
        if let other = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw .invalid("\(path)\(other.prefix(80)) is not known here")
        }
    }

    /// A member's text; nil where it is missing or null.
    public func text(_ name: String) throws(StoreError) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw .invalid("\(path)\(name) is not a string")
        }
    }

    /// A member's whole number; nil where it is missing or null.
    public func integer(_ name: String, in range: ClosedRange<Int64>) throws(StoreError) -> Int64? {
        switch members[name] {
        case nil, .null: return nil
        case .integer(let number) where range.contains(number): return number
        default:
            throw .invalid(
                "\(path)\(name) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// A member's array of objects.
    public func objects(
        _ name: String, known: Set<String>, countMax: Int
    ) throws(StoreError) -> [JSONBody] {
        guard case .array(let values)? = members[name], (1...countMax).contains(values.count) else {
            throw .invalid("\(path)\(name) is not an array of 1 to \(countMax) objects")
        }
        var objects: [JSONBody] = []
        for (index, value) in values.enumerated() {
            guard case .object(let members) = value else {
                throw .invalid("\(path)\(name)[\(index)] is not an object")
            }
            let object = JSONBody(members, path: "\(path)\(name)[\(index)].")
            try object.check(known: known)
            objects.append(object)
        }
        return objects
    }

    /// The same error as the readings throw, about a member.
    public func fault(_ name: String, _ reason: String) -> StoreError { .invalid("\(path)\(name) \(reason)") }
}
