internal import Hummingbird
internal import Monitoring
internal import NIOCore

/// The shop's routes for probes and monitoring.
struct ProbeRoutes: Sendable {
    let monitor: SystemMonitor

    func add(to router: ShopRouter) {
        router.get("/livez") { _, _ in Self.json(#"{"status":"alive"}"#) }
        // The shop is ready whenever it runs: without the store, its pages still say what is wrong.
        router.get("/readyz") { _, _ in Self.json(#"{"status":"ready"}"#) }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: PrometheusText.page(of: monitor))))
        }
    }

    private static func json(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
