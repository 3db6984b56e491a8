internal import ArgumentParser
internal import Foundation
internal import Model
internal import Monitoring
internal import TierHTTP

/// What a server answered.
struct KeeperAnswer {
    let status: Int
    let body: Data
    /// The key of the change that was asked for; nil where something was only read.
    let key: IdempotencyKey?

    static func unknown(_ text: String, _ key: IdempotencyKey) -> UnknownOutcomeFault {
        UnknownOutcomeFault(text, key: key, promise: "never changes anything twice")
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Writes JSON as the servers do.
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// The answer's content.
    ///
    /// - Throws: ``ExitCode`` after it has said what the server refused.
    func decoded<Content: Decodable>(as type: Content.Type) throws -> Content {
        try check()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: body)
        } catch {
            throw WorkFault("the server sent an invalid response")
        }
    }

    /// What a 409 says; nil for a success.
    ///
    /// - Throws: ``ExitCode`` after it has said what else the server refused.
    func refusal<Content: Decodable>(as type: Content.Type) throws -> Content? {
        guard status == 409 else {
            try check()
            return nil
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: body)
    }

    /// Says what the server refused, with what it has instead, and ends with the status that fits.
    func check() throws {
        guard status != 200 else { return }
        let problem = try? JSONSerialization.jsonObject(with: body) as? [String: Any]
        let detail = problem?["detail"] as? String ?? "the server answered with status \(status)"
        if status == 503, let key { throw Self.unknown(detail, key) }
        ExitStatus.say("bookstore: \(detail)")
        for book in problem?["current"] as? [[String: Any]] ?? [] {
            ExitStatus.say(
                "  now: book \(book["item_number"] ?? "?"), stock \(book["stock"] ?? "?"), cost \(book["cost"] ?? "?")"
            )
        }
        if status == 401 {
            ExitStatus.say("  set \(Setting.token.variable), or name its file by \(Setting.tokenFile.flag)")
        }
        throw ExitCode((status == 503 ? ExitStatus.unreachable : .failed).rawValue)
    }
}
