/// What a route is for, what it takes and what it answers: the source of `/openapi.json` and `/docs`.
package struct RouteDoc: Sendable {
    package struct Parameter: Sendable {
        /// Where it stands.
        enum Place: String, Sendable {
            case query, header
        }

        let name: String
        let place: Place
        let isRequired: Bool
        let value: Value
        let meaning: String

        /// A parameter of the query.
        static func query(
            _ name: String, _ value: Value, isRequired: Bool = false, _ meaning: String
        ) -> Parameter {
            Parameter(name: name, place: .query, isRequired: isRequired, value: value, meaning: meaning)
        }

        /// A header field.
        static func header(
            _ name: String, _ value: Value, isRequired: Bool = false, _ meaning: String
        ) -> Parameter {
            Parameter(name: name, place: .header, isRequired: isRequired, value: value, meaning: meaning)
        }
    }

    /// What a parameter may be.
    enum Value: Sendable {
        /// Text on one line of at most so many bytes.
        case line(byteCountMax: Int)
        /// Text that matches a regular expression.
        case pattern(String)
        case integer(ClosedRange<Int64>)
        case choice([String])
    }

    /// What is sent beside the parameters.
    struct Body: Sendable {
        let contentType: String
        /// The name of its schema; nil for plain text.
        let schema: String?
    }

    /// The media type of what is sent; nil where nothing is.
    package var bodyType: String? { body?.contentType }

    let summary: String
    var parameters: [Parameter] = []
    var body: Body?
    /// The name of the schema of a success.
    let success: String
    var contentType = "application/json; charset=utf-8"
    /// The statuses of its refusals. What every route may answer is added to them.
    var refusals: [Int] = []
    /// The parameter that may follow in the path instead.
    var pathParameter: String?

    /// What a status means, in a few words.
    static func meaning(of status: Int) -> String {
        switch status {
        case 200: "Done."
        case 400: "A parameter or the body is missing, malformed or out of range."
        case 401: "The store's token is missing or wrong."
        case 403: "A browser sends it for a page of another site, or ahead of time."
        case 404: "There is no such book or purchase."
        case 405: "The path does not answer this method."
        case 408: "The request took too long to arrive."
        case 409: "It contradicts what is there."
        case 412: "A book is not as expected; nothing was changed."
        case 413: "The body is too long."
        case 415: "The body is named as something other than JSON."
        case 421: "The host is not one that the server answers for without a token."
        case 422: "The Idempotency-Key was used before for another request."
        case 431: "The head is too long."
        default: "A server of the store is down, slow or busy; the text says whether the outcome is unknown."
        }
    }
}
