internal import TierHTTP

extension Schema {
    /// The schema where it is used; of one with a name, where it is found.
    var json: [String: Any] {
        name.map { ["$ref": "#/components/schemas/\($0)"] } ?? definition
    }

    /// All of its keywords.
    var definition: [String: Any] { parts.mapValues(\.json) }

    /// The schemas that it is made of.
    var inner: [Schema] { parts.values.flatMap(\.inner) }
}

extension Schema.Part {
    fileprivate var json: Any {
        switch self {
        case .text(let text): text
        case .texts(let texts): texts
        case .number(let number): number
        case .flag(let flag): flag
        case .schema(let schema): schema.json
        case .schemas(let schemas): schemas.map(\.json)
        case .members(let members): members.mapValues(\.json)
        case .anyMember(let names): names.map { ["required": [$0]] }
        }
    }

    fileprivate var inner: [Schema] {
        switch self {
        case .text, .texts, .number, .flag, .anyMember: []
        case .schema(let schema): [schema]
        case .schemas(let schemas): schemas
        case .members(let members): Array(members.values)
        }
    }
}
