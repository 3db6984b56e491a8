/// What a JSON value may be: a JSON Schema, as descriptions of routes show it.
package struct Schema: Sendable {
    /// The value of one of its keywords.
    package enum Part: Sendable {
        case text(String)
        case texts([String])
        case number(Int64)
        case flag(Bool)
        case schema(Schema)
        case schemas([Schema])
        case members([String: Schema])
        /// Alternatives, each a member that must be there.
        case anyMember([String])
    }

    /// Its name in a description, where others refer to it; nil for one that is written out where it is used.
    package let name: String?
    /// Its keywords with their values.
    package private(set) var parts: [String: Part]

    private init(name: String? = nil, _ parts: [String: Part]) {
        self.name = name
        self.parts = parts
    }

    private init(type: String, _ further: [String: Part?] = [:]) {
        parts = further.compactMapValues { $0 }
        parts["type"] = .text(type)
        name = nil
    }

    /// The same by a name.
    package func named(_ name: String) -> Schema { Schema(name: name, parts) }

    /// The same with words about it.
    package func saying(_ description: String) -> Schema {
        Schema(name: name, parts.merging(["description": .text(description)]) { $1 })
    }

    /// The same or null.
    package var orNull: Schema {
        guard name == nil, case .text(let type)? = parts["type"] else {
            return Schema(["oneOf": .schemas([self, Schema(type: "null")])])
        }
        return Schema(parts.merging(["type": .texts([type, "null"])]) { $1 })
    }

    // MARK: Kinds of values

    package static let string = Schema(type: "string")
    package static let number = Schema(type: "number")
    package static let boolean = Schema(type: "boolean")

    /// Text that matches a regular expression.
    package static func string(pattern: String) -> Schema {
        Schema(type: "string", ["pattern": .text(pattern)])
    }

    /// Text of a format that JSON Schema knows, such as `date`.
    package static func string(format: String) -> Schema { Schema(type: "string", ["format": .text(format)]) }

    /// Text that is not empty.
    package static func string(lengthMax: Int) -> Schema {
        Schema(type: "string", ["minLength": .number(1), "maxLength": .number(Int64(lengthMax))])
    }

    /// A whole number.
    package static func integer(min: Int64? = nil, max: Int64? = nil) -> Schema {
        Schema(type: "integer", ["minimum": min.map(Part.number), "maximum": max.map(Part.number)])
    }

    /// A whole number of a range.
    package static func integer(_ range: ClosedRange<Int64>) -> Schema {
        .integer(min: range.lowerBound, max: range.upperBound)
    }

    /// One of some texts.
    package static func choice(_ texts: [String]) -> Schema { Schema(["enum": .texts(texts)]) }

    /// - Parameter count: how many elements it has; nil for any number.
    package static func array(of element: Schema, count: ClosedRange<Int>? = nil) -> Schema {
        Schema(
            type: "array",
            [
                "items": .schema(element), "minItems": (count?.lowerBound).map { .number(Int64($0)) },
                "maxItems": (count?.upperBound).map { .number(Int64($0)) },
            ])
    }

    /// An object.
    ///
    /// - Parameters:
    ///   - required: the members that it always has.
    ///   - optional: those that it may have.
    ///   - further: the same, where a table names them.
    ///   - anyOf: optional members of which one must be there.
    ///   - isClosed: whether it has no others, as in a request's body.
    package static func object(
        _ required: KeyValuePairs<String, Schema> = [:], optional: KeyValuePairs<String, Schema> = [:],
        further: [String: Schema] = [:], anyOf: [String] = [], isClosed: Bool = false
    ) -> Schema {
        let members = Dictionary(
            uniqueKeysWithValues: (Array(required) + Array(optional)).map { ($0.key, $0.value) }
        ).merging(further) { $1 }
        return Schema(
            type: "object",
            [
                "required": required.isEmpty ? nil : .texts(required.map(\.key)),
                "properties": members.isEmpty ? nil : .members(members),
                "anyOf": anyOf.isEmpty ? nil : .anyMember(anyOf),
                "additionalProperties": isClosed ? .flag(false) : nil,
            ])
    }

    /// A value that fits all of some schemas.
    package static func one(of schemas: Schema...) -> Schema { Schema(["oneOf": .schemas(schemas)]) }

    package static func all(_ schemas: Schema...) -> Schema { Schema(["allOf": .schemas(schemas)]) }
}

// What a tier of any kind answers.
extension Schema {
    package static let text = Schema.string.named("Text")
    static let status = Schema.object(["status": .string]).named("Status")
}
