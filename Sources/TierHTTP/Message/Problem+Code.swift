internal import Model
internal import NIOHTTP1

extension Problem {
    /// The code of a server's own fault; the client gets no details.
    static let internalCode = "internal"

    /// The code of a problem that needs no other than its status.
    static func code(of status: HTTPResponseStatus) -> String {
        switch status {
        case .badRequest: "invalid"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .requestTimeout: "timeout"
        case .payloadTooLarge: "too_large"
        case .unsupportedMediaType: "unsupported_media_type"
        case .expectationFailed: "expectation_failed"
        case .misdirectedRequest: "misdirected"
        case .requestHeaderFieldsTooLarge: "head_too_large"
        case .notImplemented: "not_implemented"
        case .httpVersionNotSupported: "version_not_supported"
        case .serviceUnavailable: StoreError.Overload.busy.rawValue
        default: internalCode
        }
    }
}
