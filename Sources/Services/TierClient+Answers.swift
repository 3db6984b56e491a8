internal import Foundation
package import Model
internal import NIOCore
internal import NIOHTTP1
package import TierHTTP

extension TierClient {
    /// Turns an answer that is no success into an error.
    ///
    /// - Parameters:
    ///   - item: the book that a 404 is about.
    ///   - isRead: whether the request changed nothing, so that its outcome cannot be unknown.
    /// - Throws: nothing for a 200. The fault that one of the store's own tiers reports, else a
    ///   ``Model/StoreError``.
    package func check(_ answer: TierAnswer, item: ItemNumber?, isRead: Bool) throws {
        switch answer.status.code {
        case 200: return
        case 400: throw StoreError.invalid("the \(tier) server refused the parameters")
        case 401: throw StoreError.unavailable(tier: tier, reason: .refusesToken, outcomeUnknown: false)
        case 404: if let item { throw StoreError.unknownItem(item) }
        case 409: throw StoreError.inProgress
        case 422: throw StoreError.keyReused
        default: break
        }
        if var told = toldFault(in: answer, isRead: isRead) {
            told.dependency = told.dependency ?? tier
            throw told
        }
        guard answer.status == .serviceUnavailable, answer.fields.contains(name: "retry-after") else {
            throw StoreError.unexpectedStatus(
                Int(answer.status.code), tier: tier, outcomeUnknown: !isRead)
        }
        throw StoreError.unavailable(tier: tier, reason: .notReady, outcomeUnknown: !isRead)
    }

    /// The fault that one of the store's own tiers reports, to be passed on unchanged; nil for any other answer.
    ///
    /// - Parameter isRead: whether the request changed nothing, so that its outcome cannot be unknown.
    package func toldFault(in answer: TierAnswer, isRead: Bool) -> Problem? {
        guard let told = Problem(toldIn: answer) else { return nil }
        guard !isRead, answer.wasRepeated, told.isOutcomeUnknown != true else { return told }
        // That nothing was done is said of the last copy of the request only.
        var problem = Problem(
            fault: "the \(tier) server \(StoreError.Reason.notReady.text)", code: told.code,
            isOutcomeUnknown: true)
        problem.dependency = told.dependency
        return problem
    }

    /// Turns the refusal of a request because the book is too expensive into an error.
    ///
    /// - Throws: nothing for any other answer.
    package func checkPrice(
        _ answer: TierAnswer, of item: ItemNumber, limit: Cents?
    ) throws(StoreError) {
        guard let limit, answer.status == .preconditionFailed else { return }
        guard let price = answer.texts["cost"].flatMap({ Cents(parsing: $0) }) else {
            throw nonsense(isRead: false)
        }
        throw .aboveLimit(item, price: price, limit: limit)
    }

    /// The error for an answer that does not keep the contract.
    package func nonsense(isRead: Bool) -> StoreError {
        .unavailable(tier: tier, reason: .invalidAnswer, outcomeUnknown: !isRead)
    }
}

extension Problem {
    /// The fault that one of the store's own tiers reports; nil for any other answer.
    init?(toldIn answer: TierAnswer) {
        guard answer.peer == .bookstore, answer.status == .serviceUnavailable else { return nil }
        let texts = answer.texts
        guard let detail = texts["detail"], let code = texts["code"], let outcome = texts["outcome"] else {
            return nil
        }
        self.init(.serviceUnavailable, detail, code: code)
        isOutcomeUnknown = outcome != "none"
        dependency = texts["dependency"]
        if let seconds = answer.fields.first(name: "retry-after") { fields = [("retry-after", seconds)] }
    }
}

extension Problem {
    /// The refusal by which one of the store's own tiers answers, with all that it says; nil for any other answer.
    package init?(refusedIn answer: TierAnswer) {
        guard answer.peer == .bookstore, (400..<500).contains(answer.status.code),
            answer.status != .unauthorized,
            var members = (try? JSONSerialization.jsonObject(with: Data(answer.body.readableBytesView)))
                as? [String: Any],
            let detail = members.removeValue(forKey: "detail") as? String,
            let code = members.removeValue(forKey: "code") as? String
        else { return nil }
        self.init(answer.status, detail, code: code)
        for name in ["type", "title", "status", "trace_id", "idempotency_key"] { members[name] = nil }
        self.members = members.sorted { $0.key < $1.key }.compactMap { name, value in
            let json = try? JSONSerialization.data(
                withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
            return json.map { (name, ByteBuffer(bytes: $0)) }
        }
    }
}
