internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import NIOCore
internal import TierHTTP

/// The fields of a posted form (`application/x-www-form-urlencoded`, or `multipart/form-data` for one with a
/// file).
struct Form: Sendable {
    private enum Fields {
        case encoded(FormFields)
        case parts(FormParts)
    }

    private let fields: Fields

    /// Reads the body of a request.
    ///
    /// - Throws: `HTTPError` 413 for a body over its limit, 408 for one that is too slow, 415 and 400 for one
    ///   that is not a form.
    static func read(
        _ request: Request, byteCountMax: Int = ShopLimits.formByteCountMax
    ) async throws -> Form {
        let type = request.headers[.contentType] ?? ""
        let boundary = FormParts.boundary(of: type)
        guard boundary != nil || type.lowercased().hasPrefix("application/x-www-form-urlencoded") else {
            throw HTTPError(.unsupportedMediaType)
        }
        let body = try await body(of: request, byteCountMax: byteCountMax)
        if let boundary {
            guard let parts = FormParts(Array(body.readableBytesView), boundary: boundary) else {
                throw HTTPError(.badRequest, message: "The form is broken.")
            }
            return Form(fields: .parts(parts))
        }
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw HTTPError(.badRequest, message: "The form is not UTF-8 text.")
        }
        guard let fields = FormFields(text) else {
            throw HTTPError(.badRequest, message: "The form has more than \(FormFields.countMax) fields.")
        }
        return Form(fields: .encoded(fields))
    }

    /// Reads a body over the limit to its end and drops it: a browser that is still sending shows no
    /// response.
    private static func body(of request: Request, byteCountMax: Int) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask {
                var body = ByteBuffer()
                var byteCount = 0
                do {
                    for try await var chunk in request.body {
                        byteCount += chunk.readableBytes
                        if byteCount <= byteCountMax { body.writeBuffer(&chunk) }
                    }
                } catch {
                    // The body is incomplete or malformed, which the client or the connection caused.
                    throw HTTPError(.badRequest, message: "The form did not arrive whole.")
                }
                guard byteCount <= byteCountMax else {
                    throw HTTPError(
                        .contentTooLarge, message: "That is more than \(byteCountMax >> 10) KB at once.")
                }
                return body
            }
            group.addTask {
                try await Task.sleep(for: ShopLimits.formReadTimeMax)
                throw HTTPError(.requestTimeout)
            }
            defer { group.cancelAll() }
            guard let body = try await group.next() else { throw HTTPError(.badRequest) }
            return body
        }
    }

    /// A field; nil when it is absent.
    ///
    /// - Throws: `StoreError.invalid` when it is given twice or broken.
    subscript(_ name: String) -> String? {
        get throws {
            switch fields {
            case .encoded(let fields): return try fields[name]
            case .parts(let parts):
                guard let bytes = parts[name] else { return nil }
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw StoreError.invalid("\(name) is not UTF-8 text")
                }
                return text
            }
        }
    }

    /// The bytes of a file; nil when there is none.
    func file(_ name: String) -> [UInt8]? {
        guard case .parts(let parts) = fields else { return nil }
        return parts[name].map { Array($0) }
    }

    /// The book that the form is about.
    func item() throws -> ItemNumber {
        guard let item = ItemNumber(parsing: try self["item_number"] ?? "") else {
            throw HTTPError(.badRequest, message: "The form does not name a book.")
        }
        return item
    }

    /// The price that the form's page showed; nil if the form does not contain it.
    ///
    /// - Throws: `HTTPError` 400 for an invalid price.
    func shownPrice() throws -> Cents? {
        guard let text = try self["cost"], !text.isEmpty else { return nil }
        guard let price = Cents(parsing: text) else {
            throw HTTPError(.badRequest, message: "The form shows something else than a price.")
        }
        return price
    }

    /// The key in the form's page, so that sending the form again has no further effect.
    func key() throws -> ReceiptID {
        guard let key = ReceiptID(parsing: try self["key"] ?? "") else {
            throw HTTPError(.badRequest, message: "The form has lost its key; open its page again.")
        }
        return key
    }
}

extension Request {
    /// Whether the browser reached the proxy in front over TLS, so that cookies must be sent only over TLS.
    /// Each proxy appends the protocol that it was reached by, so the first value is the browser's.
    var isOverTLS: Bool {
        let first = headers[values: Self.forwardedProtocol].first?.prefix { $0 != "," }
        return first.map { String($0).trimmingBlanks().lowercased() } == "https"
    }

    // A constant of valid characters, so never nil.
    private static let forwardedProtocol = HTTPField.Name("x-forwarded-proto")!

    /// A parameter of the address; nil when it is absent or empty.
    ///
    /// - Throws: `StoreError.invalid` when it is given twice or broken.
    func parameter(_ name: String) throws -> String? {
        let value = try RequestTarget(uri.string).parameter(name)
        return value?.isEmpty == false ? value : nil
    }
}
