package import Model
internal import NIOCore
internal import NIOHTTP1
package import TierHTTP

extension Schema {
    static let problem = Schema.object(
        [
            "type": .string, "title": .string, "status": .integer(),
            "detail": .string.saying("What is wrong, for a person."),
            "code": .string(pattern: "^[a-z_]+$").saying("What is wrong, for a program."),
        ],
        optional: [
            "outcome": .choice(["none", "unknown"]).saying(
                "Of a 503: nothing was done, or it may have been done all the same."),
            "dependency": .string.saying("The server that is down."), "trace_id": .string,
            "idempotency_key": .string.saying("The key of the purchase: repeat it with this."),
            "current": .array(of: .fullBook),
            "lines": .array(of: .refusedLine),
            "line_count": .integer(), "cost": .amount,
            "short": .array(
                of: .object(["item_number": .itemNumber, "wanted": .integer(), "stock": .count])
            ).saying("The lines of an order of which there are not enough copies."),
            "total": .amount.saying("What the order costs."), "state": .string,
        ]
    ).saying("An error (RFC 9457).").named("Problem")
}

extension Schema {
    static let refusedLine = Schema.object(
        ["line": .integer(), "reason": .string],
        optional: ["column": .string.saying("The header of the column that is wrong.")]
    ).named("RefusedLine")
}

extension ByteBuffer {
    /// Appends what is wrong with lines of a file.
    mutating func writeRefused(_ lines: [RefusedLine]) { writeArray(lines) { $0.writeRefused($1) } }

    fileprivate mutating func writeRefused(_ line: RefusedLine) {
        writeString(#"{"line":\#(line.line),"#)
        if let column = line.column {
            writeStaticString(#""column":"#)
            writeJSONString(column)
            writeStaticString(",")
        }
        writeStaticString(#""reason":"#)
        writeJSONString(line.reason)
        writeStaticString("}")
    }
}

extension StoreError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .invalid(let detail): problem(.badRequest, detail)
        case .unknownItem(let item): problem(.notFound, "there is no book with item number \(item)")
        case .keyReused:
            problem(
                .unprocessableEntity,
                "this Idempotency-Key was used before for another request; use a new one")
        case .importUndone:
            problem(
                .unprocessableEntity,
                "the import with this Idempotency-Key was undone; use a new key to import again")
        case .inProgress:
            problem(
                .conflict,
                "a request with this Idempotency-Key is still being worked on; repeat it in a moment",
                fields: [Problem.retryField])
        case .conflict(let detail, let current): problem(.conflict, detail, Self.members(current))
        case .changed(let detail, let current): problem(.preconditionFailed, detail, Self.members(current))
        case .aboveLimit(let item, let price, let limit):
            problem(
                .preconditionFailed,
                "book \(item) costs \(price) now, more than the \(limit) of cost_max; nothing was changed, and the same Idempotency-Key may be used with another cost_max",
                [("cost", ByteBuffer(string: #""\#(price)""#))])
        case .short(let lines):
            problem(
                .conflict,
                lines.isEmpty
                    ? "the order was refused for want of copies when it was first sent; nothing was sold. Send it again with a new Idempotency-Key"
                    : "there are not enough copies of \(lines.map { "book \($0.item) (\($0.stock) of \($0.wanted))" }.joined(separator: ", ")); nothing was sold",
                Self.members(lines))
        case .otherTotal(let cents, let expected):
            problem(
                .preconditionFailed,
                "the order costs \(Cents.text(ofSum: cents)) now, not the \(expected) of expect_total; nothing was sold, and the same Idempotency-Key may be used with another expect_total",
                [("total", ByteBuffer(string: #""\#(Cents.text(ofSum: cents))""#))])
        case .unknownOrder(let name): problem(.notFound, "there is no order \(name)")
        case .unknownWebhook(let number): problem(.notFound, "there is no webhook \(number)")
        case .stepRefused(let detail, let state):
            problem(.conflict, detail, [("state", ByteBuffer(string: #""\#(state.name)""#))])
        case .unknownKeeper(let name): problem(.notFound, "there is no keeper \(name)")
        case .unknownSession: problem(.notFound, "there is no such open session; it may have ended")
        case .keeperConflict(let conflict, let name): problem(.conflict, conflict.text(name))
        case .wrongSignIn: problem(.forbidden, "name or password is wrong")
        case .wrongPassword: problem(.forbidden, "old_password is not the keeper's password")
        case .sessionEnded: problem(.forbidden, "the session has ended; sign in again")
        case .notAllowed(let role, let right):
            problem(.forbidden, "\(role.words) may not \(right.words); ask an owner")
        case .refusedLines(let lines, let count, let taken):
            problem(
                .conflict,
                "\(count) lines were refused, and "
                    + (taken == 0
                        ? "nothing was taken"
                        : "the \(taken) rows before them were taken; undo the import by its key"),
                Self.members(lines, count: count))
        case .unavailable(let tier, let reason, let outcomeUnknown):
            fault("the \(tier) server \(reason.text)", of: tier, outcomeUnknown: outcomeUnknown)
        case .unexpectedStatus(let status, let tier, let outcomeUnknown):
            fault(
                "the \(tier) server answered with status \(status)", of: tier,
                outcomeUnknown: outcomeUnknown)
        case .overloaded(let overload, let tier):
            fault(overload.text(waitingFor: tier), of: nil, outcomeUnknown: false)
        case .clientLeft:
            problem(
                .requestTimeout, "the client ended its side of the connection before the answer was there")
        }
    }

    private func problem(
        _ status: HTTPResponseStatus, _ detail: String, _ members: [(name: String, json: ByteBuffer)] = [],
        fields: [(name: String, value: String)] = []
    ) -> Problem {
        var problem = Problem(status, detail, code: code)
        problem.members = members
        problem.fields = fields
        return problem
    }

    private func fault(_ detail: String, of tier: String?, outcomeUnknown: Bool) -> Problem {
        var problem = Problem(fault: detail, code: code, isOutcomeUnknown: outcomeUnknown)
        problem.dependency = tier
        return problem
    }

    private static func members(_ current: [BookDetails]) -> [(name: String, json: ByteBuffer)] {
        var json = ByteBuffer()
        json.writeArray(current) { $0.writeBook($1) }
        return [("current", json)]
    }

    private static func members(_ lines: [ShortLine]) -> [(name: String, json: ByteBuffer)] {
        var json = ByteBuffer()
        json.writeArray(lines) { json, line in
            json.writeString(
                #"{"item_number":"\#(line.item)","wanted":\#(line.wanted),"stock":\#(line.stock)}"#)
        }
        return [("short", json)]
    }

    private static func members(_ lines: [RefusedLine], count: Int) -> [(name: String, json: ByteBuffer)] {
        var json = ByteBuffer()
        json.writeRefused(lines)
        return [("lines", json), ("line_count", ByteBuffer(string: String(count)))]
    }
}
