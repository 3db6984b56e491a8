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
        /// The name of its schema; nil for plain text.
        package let schema: String?

        package init(contentType: String, schema: String?) {
            self.contentType = contentType
            self.schema = schema
        }
    }

    package let summary: String
    package let parameters: [Parameter]
    package let body: Body?
    /// The name of the schema of a success.
    package let success: String
    package let contentType: String
    /// The statuses of its refusals. What every route may answer is added to them.
    package let refusals: [Int]
    /// The parameter that may follow in the path instead.
    package let pathParameter: String?

    package init(
        summary: String, parameters: [Parameter] = [], body: Body? = nil, success: String,
        contentType: String = TierResponse.ContentType.json.rawValue, refusals: [Int] = [],
        pathParameter: String? = nil
    ) {
        self.summary = summary
        self.parameters = parameters
        self.body = body
        self.success = success
        self.contentType = contentType
        self.refusals = refusals
        self.pathParameter = pathParameter
    }
}
