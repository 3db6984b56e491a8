internal import Foundation
internal import Monitoring
internal import NIOHTTP1
internal import TierHTTP

/// A tier that ended before it was ready. It has said why itself.
struct TierEnded: Error {
    let name: String
    /// Its exit status; negative for a signal.
    let status: Int32
}
