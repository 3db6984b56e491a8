package import Foundation
package import Model

extension Timestamp {
    package static var now: Timestamp { Timestamp(Date()) }

    package init(_ date: Date) {
        self.init(millis: Int64((date.timeIntervalSince1970 * 1_000).rounded(.down)))
    }
}
