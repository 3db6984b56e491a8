internal import Logging
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// The requests in a tier's own log: each one at the level `debug`, one that failed for a fault of the store as a
/// warning. When thousands fail at once, writing a line for each would cost more than the requests themselves, so
/// after some there is only their number.
struct AccessLog {
    /// Failed requests that have lines of their own, between two calls of ``sumUp()``.
    private static let failureLineCountMax = 20

    private let logger: Logger
    private var failureCount = 0

    init(logger: Logger) { self.logger = logger }

    /// - Parameters:
    ///   - line: nil for a request that could not be read so far.
    ///   - problem: what the request met.
    mutating func record(
        _ line: RequestLine?, status: HTTPResponseStatus, trace: TraceContext, took: TimeAmount,
        problem: Problem? = nil
    ) {
        var level = Logger.Level.debug
        if SystemMonitor.Outcome(statusCode: Int(status.code)) == .error {
            failureCount += 1
            if failureCount <= Self.failureLineCountMax { level = .warning }
        }
        logger.log(
            level: level,
            "\(line.map { "\($0.method.rawValue) \($0.uri)" } ?? "unreadable request") \(status.code)",
            metadata: Self.metadata(trace: trace, took: took, problem: problem))
    }

    private static func metadata(
        trace: TraceContext, took: TimeAmount, problem: Problem?
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "trace_id": "\(trace.traceID)", "micros": "\(took.nanoseconds / 1_000)",
        ]
        guard let problem else { return metadata }
        metadata["code"] = "\(problem.code)"
        if let dependency = problem.dependency { metadata["dependency"] = "\(dependency)" }
        return metadata
    }

    /// An error whose cause is not sent to the client.
    func record(_ error: any Error, trace: TraceContext) {
        logger.error(
            "unexpected error", metadata: ["trace_id": "\(trace.traceID)", "error": "\(error)"])
    }

    mutating func sumUp() {
        if failureCount > Self.failureLineCountMax {
            logger.warning(
                "\(failureCount - Self.failureLineCountMax) more requests failed than have a line here")
        }
        failureCount = 0
    }
}
