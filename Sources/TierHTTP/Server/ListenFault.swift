internal import Foundation
package import Model
internal import Monitoring
internal import NIOCore

/// An address that a tier cannot listen on.
package struct ListenFault: Error, CustomStringConvertible {
    /// What is wrong and what to do.
    package let description: String

    /// What an error of opening the address means.
    package init(address: ServerAddress, error: any Error) {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            description =
                "cannot listen on \(address): the port is in use; stop the program that has it or change the config file"
        case EADDRNOTAVAIL:
            description =
                "cannot listen on \(address): the address is not this machine's; name one of its own by --bind"
        case EACCES:
            description = "cannot listen on \(address): not allowed; ports below 1024 need privileges"
        default:
            description = "cannot listen on \(address): \(error)"
        }
    }
}
