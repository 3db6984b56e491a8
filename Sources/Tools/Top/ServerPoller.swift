internal import Foundation
package import Model
internal import Monitoring
package import NIOCore
internal import NIOHTTP1
internal import StoreClient
package import TierHTTP

/// Reads one server's metrics page repeatedly, and reports what changed.
package actor ServerPoller {
    private let name: String
    private let address: ServerAddress
    private let server: StoreClient
    private var last: (page: MetricsPage, at: NIODeadline)?

    /// Creates a poller of the server at `address`.
    ///
    /// - Parameter name: the server's tier, or `storefront`.
    package init(_ name: String, at address: ServerAddress, loops: TierLoops) async throws {
        self.name = name
        self.address = address
        server = try await StoreClient(of: name, at: [address], loops: loops)
    }

    /// Reads the page once.
    ///
    /// - Parameter time: the time limit of the server's response.
    package func view(within time: TimeAmount) async -> ServerView {
        let state: ServerView.State
        do {
            state = .up(try await read(within: time))
        } catch let fault as MetricsFault {
            state = .down("answers, but not with metrics: \(fault)")
        } catch let error as StoreError {
            state = .down(Problem(error).detail)
        } catch {
            state = .down("\(error)")
        }
        // Readings after a gap are not compared with those before it.
        if case .down = state { last = nil }
        return ServerView(name: name, address: address, state: state)
    }

    private func read(within time: TimeAmount) async throws -> ServerView.Figures {
        let answer = try await server.send(.GET, "/metrics", within: time)
        guard answer.status == .ok else {
            throw NoMetrics(description: "the \(name) server has no metrics (status \(answer.status.code))")
        }
        let page = try MetricsPage(parsing: String(buffer: answer.body))
        let now = NIODeadline.now()
        let nowSeconds = Date().timeIntervalSince1970
        let change: MetricsChange
        if let last {
            change = MetricsChange(
                now: page, before: last.page, seconds: Double((now - last.at).nanoseconds) / 1e9)
        } else {
            let start = page.value("process_start_time_seconds") ?? nowSeconds
            change = MetricsChange(now: page, before: nil, seconds: max(0.001, nowSeconds - start))
        }
        last = (page, now)
        return ServerView.Figures(change, at: nowSeconds)
    }

    /// Closes the connection.
    package func shutdown() async { await server.shutdown() }
}

/// A response that is not a metrics page.
private struct NoMetrics: Error, CustomStringConvertible {
    let description: String
}
