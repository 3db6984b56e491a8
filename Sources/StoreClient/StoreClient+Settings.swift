internal import Foundation
package import Model
package import Monitoring
package import NIOCore
internal import StoreAPI
internal import TierHTTP

// The shop's settings that the store keeps. Whatever fails throws a ``StoreFault``.
extension StoreClient {
    /// Their values, for everybody. Settings that this version does not know are left out.
    package func shopProfile(within time: TimeAmount? = nil) async throws -> [ShopSetting: String] {
        let values: [String: String] = try await ask(.shopProfile, within: time, trace: nil).result
        return Dictionary(
            uniqueKeysWithValues: values.compactMap { name, value in
                ShopSetting(rawValue: name).map { ($0, value) }
            })
    }

    /// The same with when and by whom they were set, for storekeepers.
    package func settings(trace: TraceContext? = nil) async throws -> [KeptSetting] {
        try await ask(.settings, trace: trace).result
    }

    /// Changes what is kept.
    ///
    /// - Returns: what is kept afterwards.
    package func keep(_ change: SettingsChange, trace: TraceContext? = nil) async throws -> [KeptSetting] {
        let body = TierCall.Body("application/json", ByteBuffer(bytes: try JSONEncoder().encode(change)))
        return try await ask(.newSettings, body: body, trace: trace).result
    }
}
