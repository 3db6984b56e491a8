/// What a route is for, what it takes and what it answers: the source of a tier's description of itself.
package struct RouteDoc: Sendable {
    package struct Parameter: Sendable {
        /// Where it stands.
        package enum Place: String, Sendable {
            case query, header
        }

        package let name: String
        package let place: Place
        package let isRequired: Bool
        package let value: Value
        package let meaning: String

        /// A parameter of the query.
        package static func query(
            _ name: String, _ value: Value, isRequired: Bool = false, _ meaning: String
        ) -> Parameter {
            Parameter(name: name, place: .query, isRequired: isRequired, value: value, meaning: meaning)
        }

        /// A header field.
        package static func header(
            _ name: String, _ value: Value, isRequired: Bool = false, _ meaning: String
        ) -> Parameter {
            Parameter(name: name, place: .header, isRequired: isRequired, value: value, meaning: meaning)
        }
    }

    /// What a parameter may be.
    package enum Value: Sendable {
        /// Text on one line of at most so many bytes.
        case line(byteCountMax: Int)
        /// Text that matches a regular expression.
        case pattern(String)
        case integer(ClosedRange<Int64>)
        case choice([String])
    }

    /// What is sent beside the parameters.
    package struct Body: Sendable {
        package let contentType: String
        package let schema: Schema

        package init(contentType: String, schema: Schema) {
            self.contentType = contentType
            self.schema = schema
        }

        /// JSON of a schema.
        package static func json(_ schema: Schema) -> Body {
            Body(contentType: "application/json", schema: schema)
        }

        /// Plain text.
        package static let text = Body(contentType: "text/plain", schema: .string)
    }

    /// A request that somebody types to try the route out. It works with the four books of a new store.
    package struct Example: Sendable {
        package var query: String?
        package var key: String?
        package var body: String?
        /// Whether it shows a keeper's session.
        package var isSignedIn: Bool

        package init(
            query: String? = nil, key: String? = nil, body: String? = nil, isSignedIn: Bool = false
        ) {
            self.query = query
            self.key = key
            self.body = body
            self.isSignedIn = isSignedIn
        }
    }

    package let summary: String
    package let parameters: [Parameter]
    package let body: Body?
    /// What a success brings.
    package let success: Schema
    package let contentType: String
    /// The statuses of its refusals. What every route may answer is added to them.
    package let refusals: [Int]
    /// The parameter that may follow in the path instead.
    package let pathParameter: String?
    package let example: Example

    package init(
        summary: String, parameters: [Parameter] = [], body: Body? = nil, success: Schema,
        contentType: String = TierResponse.ContentType.json.rawValue, refusals: [Int] = [],
        pathParameter: String? = nil, example: Example = Example()
    ) {
        self.summary = summary
        self.parameters = parameters
        self.body = body
        self.success = success
        self.contentType = contentType
        self.refusals = refusals
        self.pathParameter = pathParameter
        self.example = example
    }
}
