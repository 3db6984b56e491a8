import Logging
import Model
import Monitoring
import NIOCore
import NIOHTTP1
import StoreAPI
import Synchronization
import TestSupport

@testable import TierHTTP

/// Requests that a test can hold.
final class Gates: Sendable {
    private let promises = Mutex<[String: EventLoopPromise<TierResponse>]>([:])
    private let passed = Mutex<[String]>([])

    /// The requests that wait.
    var names: Set<String> { Set(promises.withLock { $0.keys }) }
    /// Every request that ever waited, in order.
    var seen: [String] { passed.withLock { $0 } }

    func wait(_ name: String, on eventLoop: any EventLoop) -> EventLoopFuture<TierResponse> {
        let promise = eventLoop.makePromise(of: TierResponse.self)
        passed.withLock { $0.append(name) }
        promises.withLock { $0[name] = promise }
        return promise.futureResult
    }

    func open(_ name: String) {
        promises.withLock { $0.removeValue(forKey: name) }?.succeed(.json(#"{"gate":"\#(name)"}"#))
    }

    func fail(_ name: String, _ error: any Error) {
        promises.withLock { $0.removeValue(forKey: name) }?.fail(error)
    }

    func openAll() {
        for name in names { open(name) }
    }
}

/// An error that knows more than a client may.
struct SecretError: Error, CustomStringConvertible {
    let description = "SELECT password FROM /etc/secrets"
}

/// A server with routes that do what a test of the transport needs.
struct TestServer {
    let server: TierServer
    let gates: Gates
    let monitor: SystemMonitor
    let loops: TierLoops

    var port: Int { server.address.port }

    func connect() throws -> RawConnection { try RawConnection(port: port) }

    /// Requests begun and not ended.
    var inFlight: Int { monitor.readings().reduce(0) { $0 + $1.inFlight } }

    /// Requests ended on a route.
    func count(_ route: String) -> Int { monitor.readings().first { $0.name == route }?.count ?? 0 }
}

/// Limits whose times are checked often.
func quickLimits(_ change: (inout ServerLimits) -> Void = { _ in }) -> ServerLimits {
    var limits = ServerLimits()
    limits.sweepInterval = .milliseconds(10)
    change(&limits)
    return limits
}

/// Runs `body` with a server on one event loop, or on several.
func withServer<Value>(
    _ limits: ServerLimits = quickLimits(), loopCount: Int = 1, at port: Int = 0, token: BearerToken? = nil,
    takesBatches: Bool = true, hosts: AnsweredHosts = .any, _ body: (TestServer) async throws -> Value
) async throws -> Value {
    try await withLoops(count: loopCount) { loops in
        let gates = Gates()
        let monitor = SystemMonitor(tier: "test", shardCount: loopCount)
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .trace
        let server = try await TierServer.start(
            at: ServerAddress(host: "127.0.0.1", port: port), loops: loops,
            routes: testRoutes(gates: gates, monitor: monitor, token: token, takesBatches: takesBatches),
            logger: logger, limits: limits, hosts: hosts)
        let tested = TestServer(server: server, gates: gates, monitor: monitor, loops: loops)
        do {
            let value = try await body(tested)
            gates.openAll()
            await server.shutdown(within: .milliseconds(200))
            return value
        } catch {
            gates.openAll()
            await server.shutdown(within: .milliseconds(200))
            throw error
        }
    }
}

func testRoutes(
    gates: Gates, monitor: SystemMonitor, token: BearerToken? = nil, takesBatches: Bool = true
) -> RouteTable {
    RouteTable(
        [
            Route("echo", [.GET, .POST], takesPath: true) { request in
                var body = ByteBuffer(string: #"{"text":"#)
                body.writeJSONString(try request.target.required("text", orInPath: true))
                body.writeString("}")
                return .ready(.json(body))
            },
            Route("key", [.GET, .POST]) { request in
                var response = TierResponse.json(#"{"key":"\#(try request.idempotencyKey()?.text ?? "-")"}"#)
                response.fields = [("trace", request.trace.traceID)]
                return .ready(response)
            },
            Route("size", [.POST]) { request in
                .ready(.json(#"{"size":\#(request.body.readableBytes)}"#))
            },
            Route("guarded", [.GET, .POST], right: .change, bodyBytesMax: 1 << 20) { request in
                .ready(.json(#"{"size":\#(request.body.readableBytes)}"#))
            },
            Route("wide", [.GET]) { request in
                let count = Int(try request.target.required("bytes")) ?? 0
                return .ready(.json(ByteBuffer(repeating: UInt8(ascii: "a"), count: count)))
            },
            Route(
                "json", [.POST],
                doc: RouteDoc(
                    summary: "Takes JSON.", body: .json(.string), success: .status)
            ) { request in
                .ready(.json(#"{"size":\#(request.body.readableBytes)}"#))
            },
            Route("big", [.GET], isLong: true) { request in
                let count = Int(try request.target.required("bytes")) ?? 0
                return .ready(.json(ByteBuffer(repeating: UInt8(ascii: "a"), count: count)))
            },
            Route("broken", [.GET]) { _ in throw SecretError() },
            Route("broken-later", [.GET]) { request in
                .pending(request.slot.eventLoop.makeFailedFuture(SecretError()))
            },
            Route("fault", [.GET]) { request in
                switch try request.target.required("kind") {
                case "invalid": throw StoreError.invalid("the \"word\" is odd")
                case "unknownItem": throw StoreError.unknownItem(ItemNumber(parsing: "77")!)
                case "keyReused": throw StoreError.keyReused
                case "inProgress": throw StoreError.inProgress
                case "unavailable":
                    throw StoreError.unavailable(tier: "order", reason: .unreachable, outcomeUnknown: false)
                case "unknown":
                    throw StoreError.unavailable(tier: "order", reason: .connectionLost, outcomeUnknown: true)
                default: throw StoreError.overloaded(.busy)
                }
            },
        ] + waitingRoutes(gates),
        monitor: monitor, token: token, takesBatches: takesBatches,
        readiness: { $0.slot.eventLoop.makeSucceededVoidFuture() }, description: StoreAPI.description)
}

/// Routes that answer when the test says so.
private func waitingRoutes(_ gates: Gates) -> [Route] {
    [
        Route("hold", [.GET, .POST]) { request in
            let name = try request.target.required("name")
            return .pending(gates.wait(name, on: request.slot.eventLoop))
        },
        Route("stay", [.GET]) { request in
            let name = try request.target.required("name")
            let answer = gates.wait(name, on: request.slot.eventLoop)
            _ = request.client?.watch { gates.fail(name, StoreError.clientLeft) }
            return .pending(answer)
        },
        Route("long-hold", [.GET], isLong: true) { request in
            let name = try request.target.required("name")
            return .pending(gates.wait(name, on: request.slot.eventLoop))
        },
        Route("endless", [.GET], isLong: true) { request in
            let name = try request.target.required("name")
            let bytes = Int(try request.target.parameter("bytes") ?? "1") ?? 1
            var response = TierResponse(.ok, .events, body: ByteBuffer(string: "first\n"))
            response.rest = { [slot = request.slot] in
                gates.wait(name, on: slot.eventLoop).map { _ in
                    ByteBuffer(repeating: UInt8(ascii: "."), count: bytes)
                }
            }
            return .ready(response)
        },
    ]
}

/// A request line with a Host field and, where given, further lines.
func get(_ target: String, _ lines: String...) -> String {
    "GET \(target) HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}
