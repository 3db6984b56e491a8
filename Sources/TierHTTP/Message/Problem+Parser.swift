package import NIOHTTP1

extension Problem {
    /// What an error of the parser means to the client.
    ///
    /// - Parameters:
    ///   - headBytesMax: what the parser takes of a head, in bytes.
    ///   - fieldCountMax: what it takes of header fields.
    package init(parser error: HTTPParserError, headBytesMax: Int, fieldCountMax: Int) {
        switch error {
        case .headerOverflow:
            self.init(
                .requestHeaderFieldsTooLarge,
                "the request's head has more than \(headBytesMax) bytes or \(fieldCountMax) fields")
        case .invalidMethod: self.init(.notImplemented, "the request method is not one of HTTP's")
        case .invalidVersion: self.init(.httpVersionNotSupported, "this server speaks HTTP/1.1")
        default: self.init(.badRequest, "the request is not well-formed HTTP/1.1")
        }
    }
}
