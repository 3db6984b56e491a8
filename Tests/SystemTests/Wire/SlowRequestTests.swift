import Foundation
import Synchronization
import TestSupport
import Testing

extension RealProcesses {
    /// Slow requests in one tier delay nothing else.
    @Suite struct SlowRequestTests {
        /// A catalog that answers lookups immediately and never answers searches by words.
        private final class StuckCatalog: Sendable {
            private let listener: RawListener
            private let searching = Atomic<Int>(0)
            private let left = Atomic<Int>(0)

            init() throws {
                listener = try RawListener()
                listener.serve { [self] connection in
                    while case let head = try connection.receiveHead(), !head.isEmpty {
                        if head.hasPrefix("GET /find") {
                            searching.wrappingAdd(1, ordering: .sequentiallyConsistent)
                            // Ends with the connection, in any way.
                            _ = try? connection.receive()
                            left.wrappingAdd(1, ordering: .sequentiallyConsistent)
                            return
                        }
                        let isPlain = head.hasPrefix("GET ")
                        let body =
                            head.hasPrefix("GET /query_by_item")
                            ? #"{"result":{"item_number":"1","title":"A","type":"t","cost":"10","stock":3}}"#
                            : #"{"status":"alive"}"#
                        try connection.send(
                            "HTTP/1.1 \(isPlain ? "200 OK" : "404 Not Found")\r\nServer: bookstore/1\r\n"
                                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    }
                }
            }

            var port: Int { listener.port }
            var searchCount: Int { searching.load(ordering: .sequentiallyConsistent) }
            var leftCount: Int { left.load(ordering: .sequentiallyConsistent) }
            func close() { listener.close() }
        }

        @Test func stalledSearchesDoNotDelayLookups() async throws {
            let catalog = try StuckCatalog()
            defer { catalog.close() }
            try await withStoppedStore { store in
                try store.write(
                    """
                    frontend,127.0.0.1:\(store.port(.frontend))
                    catalog,127.0.0.1:\(catalog.port)
                    order,127.0.0.1:\(store.port(.order))

                    """, to: "config")
                try store.launch(.frontend)
                try await eventually("the frontend looks books up") {
                    for _ in 1...4 where try await store.status(.frontend, "/lookup?item_number=1") != 200 {
                        return false
                    }
                    return true
                }
                let clients = try (0..<8).map { number in
                    let client = try RawConnection(port: store.port(.frontend))
                    try client.send("GET /find?q=word\(number) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    return client
                }
                try await eventually("all search") { catalog.searchCount == 8 }
                let start = ContinuousClock.now
                for _ in 0..<50 {
                    let reply = try await store.get("/lookup?item_number=1")
                    #expect(reply.status == 200, "\(reply.body)")
                }
                #expect(ContinuousClock.now - start < .seconds(2), "lookups waited for searches")
                #expect(catalog.leftCount == 0)
                for client in clients { client.reset() }
                try await eventually("the catalog is told", within: 2) { catalog.leftCount == 8 }
            }
        }

        @Test func longSearchesKeepTheStoreResponsive() async throws {
            let books = (1...4_000).map { "init,\($0),3,10,topic \($0 % 40),Baaad aaa aaab \($0)\n" }.joined()
            try await withStore(books: books) { store in
                try await eventually("the index is made") {
                    try await store.status(.frontend, "/find?q=2999") == 200
                }
                let long = String(repeating: "a", count: 192)
                let port = store.port(.frontend)
                let searches = (0..<12).map { _ in
                    Task { try await onThread { try request("GET", "/find?q=\(long)", port: port) } }
                }
                for number in 1...20 {
                    #expect(try await store.get("/lookup?item_number=\(number)").status == 200)
                    let topics = try await store.get("/topics?limit=1")
                    #expect(topics.status == 200 && topics.body.contains(#""books":100"#))
                }
                let tiers = try await store.get("/tiers")
                #expect(!tiers.body.contains(#""ready":false"#), "\(tiers.body)")
                for search in searches {
                    let reply = try await search.value
                    let isEmpty = reply.status == 200 && reply.body.hasPrefix(#"{"result":[]"#)
                    #expect(isEmpty || reply.status == 503, "\(reply.status) \(reply.body)")
                }
            }
        }
    }
}
