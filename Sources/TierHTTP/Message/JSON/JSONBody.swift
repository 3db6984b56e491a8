internal import Dispatch
package import Model
internal import Monitoring
package import NIOCore

/// The members of a JSON object in a request's body, read strictly: a member that is misspelt, missing, given
/// twice or of another type is refused by its name, for a condition that goes unread would not hold.
package struct JSONBody: Sendable {
    /// Bodies of more bytes are read away from the event loop, so that no other request waits for them. This
    /// many take about 50 µs, as long as a hop to another thread and back.
    static let inlineBytesMax = 4 * 1024

    fileprivate static let reading = DispatchQueue(label: "json-bodies")

    private let members: [String: JSONValue]
    /// How the object is named in errors, such as `updates[3].`; empty for the body itself.
    private let path: String

    private init(_ members: [String: JSONValue], path: String) {
        self.members = members
        self.path = path
    }

    /// Reads a body.
    ///
    /// - Parameter known: the members that it may have.
    /// - Throws: ``Model/StoreError/invalid(_:)`` for anything but a JSON object with no others.
    package init(_ body: ByteBuffer, known: Set<String>) throws(StoreError) {
        let value: JSONValue
        do {
            value = try JSONReader.value(in: body)
        } catch {
            guard error.place.isEmpty else {
                throw .invalid("\(error.place.drop { $0 == "." }) \(error.reason)")
            }
            throw .invalid("the body is not a JSON object: it \(error.reason)")
        }
        guard let members = value.members else { throw .invalid("the body is not a JSON object") }
        self.init(members, path: "")
        try check(known: known)
    }

    private func check(known: Set<String>) throws(StoreError) {
        if let other = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw .invalid("\(path)\(other.prefix(80)) is not known here")
        }
    }

    /// A member as it came; nil where it is missing.
    package func value(_ name: String) -> JSONValue? { members[name] }

    /// A member's text; nil where it is missing or null.
    package func text(_ name: String) throws(StoreError) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text): return text
        default: throw .invalid("\(path)\(name) is not a string")
        }
    }

    /// A member's whole number; nil where it is missing or null.
    package func integer(_ name: String, in range: ClosedRange<Int64>) throws(StoreError) -> Int64? {
        switch members[name] {
        case nil, .null: return nil
        case let value?:
            guard let number = value.wholeNumber, range.contains(number) else {
                throw .invalid(
                    "\(path)\(name) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// A member's array of objects.
    package func objects(
        _ name: String, known: Set<String>, countMax: Int
    ) throws(StoreError) -> [JSONBody] {
        guard case .array(let values)? = members[name], (1...countMax).contains(values.count) else {
            throw .invalid("\(path)\(name) is not an array of 1 to \(countMax) objects")
        }
        var objects: [JSONBody] = []
        for (index, value) in values.enumerated() {
            guard let members = value.members else {
                throw .invalid("\(path)\(name)[\(index)] is not an object")
            }
            let object = JSONBody(members, path: "\(path)\(name)[\(index)].")
            try object.check(known: known)
            objects.append(object)
        }
        return objects
    }

    /// The same error as the readings throw, about a member.
    package func fault(_ name: String, _ reason: String) -> StoreError {
        .invalid("\(path)\(name) \(reason)")
    }
}

extension TierRequest {
    /// What `decode` makes of the body's JSON: immediately for a short body, away from the event loop for a long one.
    ///
    /// - Parameter known: the members that the body may have.
    /// - Returns: a future on the request's loop. Fails with ``Model/StoreError/invalid(_:)`` for anything but a
    ///   JSON object with no others, and with what `decode` throws.
    package func json<Value: Sendable>(
        known: Set<String>, _ decode: @escaping @Sendable (JSONBody) throws -> Value
    ) -> EventLoopFuture<Value> {
        guard body.readableBytes > JSONBody.inlineBytesMax else {
            return slot.eventLoop.makeCompletedFuture { try decode(try JSONBody(body, known: known)) }
        }
        let promise = slot.eventLoop.makePromise(of: Value.self)
        JSONBody.reading.async { [body] in
            promise.completeWith(Result { try decode(try JSONBody(body, known: known)) })
        }
        return promise.futureResult
    }
}
