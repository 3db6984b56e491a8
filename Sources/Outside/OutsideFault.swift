internal import Foundation
internal import NIOCore
internal import NIOSSL

/// Why a server outside was not asked, or gave no answer, for a person. It names no path and no query, which may be
/// secret.
package struct OutsideFault: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// What an error of a connection says.
    init(_ error: any Error) {
        switch error {
        case let fault as OutsideFault: self = fault
        case let error as IOError: self.init(String(cString: strerror(error.errnoCode)))
        case ChannelError.connectTimeout: self.init("no connection in time")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: self.init("TLS: \(error)")
        default: self.init("no answer of HTTP/1.1: \(error)")
        }
    }
}
