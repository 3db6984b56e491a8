internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import TierHTTP

/// The fields of a posted form (`application/x-www-form-urlencoded`).
struct Form: Sendable {
    private let target: RequestTarget

    /// Reads the body of a request.
    ///
    /// - Throws: `HTTPError` 413 for a body over its limit, 408 for one that is too slow, 415 and 400 for
    ///   one that is no form.
    static func read(_ request: Request) async throws -> Form {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else {
            throw HTTPError(.unsupportedMediaType)
        }
        let body = try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await request.body.collect(upTo: ShopLimits.formByteCountMax) }
            group.addTask {
                try await Task.sleep(for: ShopLimits.formReadTimeMax)
                throw HTTPError(.requestTimeout)
            }
            defer { group.cancelAll() }
            guard let body = try await group.next() else { throw HTTPError(.badRequest) }
            return body
        }
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw HTTPError(.badRequest, message: "The form is not UTF-8 text.")
        }
        return Form(target: RequestTarget("/?" + text))
    }

    /// A field; nil when it is absent.
    ///
    /// - Throws: `StoreError.invalid` when it is given twice or broken.
    subscript(_ name: String) -> String? {
        get throws { try target.parameter(name) }
    }

    /// The book that the form is about.
    func item() throws -> ItemNumber {
        guard let item = ItemNumber(parsing: try self["item_number"] ?? "") else {
            throw HTTPError(.badRequest, message: "The form does not name a book.")
        }
        return item
    }

    /// The key that the form's page was given, so that sending the form again changes nothing more.
    func key() throws -> ReceiptID {
        guard let key = ReceiptID(parsing: try self["key"] ?? "") else {
            throw HTTPError(.badRequest, message: "The form has lost its key; open its page again.")
        }
        return key
    }
}

extension Request {
    /// Whether a proxy in front says that the browser came over TLS, so that its cookies must stay there.
    var isOverTLS: Bool { headers[Self.forwardedProtocol]?.lowercased() == "https" }

    // A constant of valid characters, so it cannot be nil.
    private static let forwardedProtocol = HTTPField.Name("x-forwarded-proto")!

    /// A parameter of the address; nil when it is absent or empty.
    ///
    /// - Throws: `StoreError.invalid` when it is given twice or broken.
    func parameter(_ name: String) throws -> String? {
        let value = try RequestTarget(uri.string).parameter(name)
        return value?.isEmpty == false ? value : nil
    }
}
