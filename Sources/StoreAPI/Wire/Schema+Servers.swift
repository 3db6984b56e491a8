internal import TierHTTP

// What servers say of themselves, and of what went wrong.
extension Schema {
    static let tiers = Schema.result(
        .array(of: .object(["tier": .string, "ready": .boolean, "detail": .string, "millis": .number]))
    ).named("Tiers")

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
            "lines": .array(of: .object(optional: ["line": .integer(), "reason": .string])),
            "line_count": .integer(), "cost": .amount,
        ]
    ).saying("An error (RFC 9457).").named("Problem")
}
