import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// What happens in the shop, told to other programs.
    @Suite struct EventWireTests {
        private func sequences(_ reply: RawReply) throws -> [Int] {
            let events = try #require(
                reply.json["result"] as? [[String: Any]], "\(reply.status) \(reply.body)")
            return events.compactMap { $0["sequence"] as? Int }
        }

        /// What a follower gets until `text` is in it.
        private func follow(
            _ port: Int, _ target: String = "/events", _ lines: String = "", until text: String,
            meanwhile: () async throws -> Void = {}
        ) async throws -> String {
            let connection = try RawConnection(port: port)
            try connection.send(
                "GET \(target) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\(lines)\r\n")
            var all = try await onThread {
                var all = ""
                while !all.contains("retry: 2000\n\n"), case let bytes = try connection.receive(),
                    !bytes.isEmpty
                {
                    all += String(decoding: bytes, as: UTF8.self)
                }
                return all
            }
            try await meanwhile()
            let start = all
            all = try await onThread {
                var all = start
                while !all.contains(text), case let bytes = try connection.receive(), !bytes.isEmpty {
                    all += String(decoding: bytes, as: UTF8.self)
                }
                return all
            }
            return all
        }

        @Test(arguments: [Tier.frontend, .catalog]) func pagesTellAll(tier: Tier) async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                let order = try await store.send(
                    "POST", "/order", to: .frontend,
                    headers: ["Idempotency-Key": "o", "Content-Type": "application/json"],
                    body:
                        #"{"lines":[{"item_number":"1","copies":2}],"name":"Ann","email":"ann@example.org"}"#)
                #expect(order.status == 200, "\(order.body)")
                let page = try await store.get("/events", from: tier)
                let time = #/"time":"[^"]*"/#
                #expect(
                    page.body.replacing(time, with: #""time":"""#) == """
                        {"result":[{"sequence":1,"kind":"order","order":1,"item_number":"1","time":""},\
                        {"sequence":2,"kind":"order","order":2,"lines":[{"item_number":"1","copies":2}],"time":""},\
                        {"sequence":2,"kind":"sold_out","item_number":"1","stock":0,"time":""}],"next":"2"}
                        """)
                #expect(try sequences(try await store.get("/events?after=1&limit=1", from: tier)) == [2, 2])
                let end = try await store.get("/events?after=9223372036854775807", from: tier)
                expectJSON(end, #"{"result":[],"next":"2"}"#)
                for query in ["after=-1", "after=x", "limit=0", "limit=1001"] {
                    expectProblem(
                        try await store.get("/events?\(query)", from: tier), 400,
                        mentions: String(query.prefix(5)))
                }
            }
        }

        @Test(arguments: [Tier.frontend, .catalog]) func followersAreToldAtOnce(tier: Tier) async throws {
            try await withStore(options: [.catalog: ["--low-stock", "2"]]) { store in
                let port = store.port(tier)
                let told = try await follow(port, until: "low_stock\",\"item_number\":\"2\"") {
                    for item in 1...2 { _ = try await store.buy(item) }
                }
                #expect(told.contains("content-type: text/event-stream\r\n"))
                let events = told.split(separator: "\n").filter {
                    $0.hasPrefix("event: ") || $0.hasPrefix("id: ")
                }
                #expect(
                    events == [
                        "event: order", "id: 1", "event: low_stock", "event: order", "id: 2",
                        "event: low_stock",
                    ])
                for (target, line) in [("/events?after=1", ""), ("/events?after=0", "Last-Event-ID: 1\r\n")] {
                    let rest = try await follow(
                        port, target, line, until: "low_stock\",\"item_number\":\"2\"")
                    #expect(rest.contains("id: 2\n") && !rest.contains("id: 1\n"))
                }
                let wrong = try await store.get(
                    "/events", from: tier, headers: ["Accept": "text/event-stream", "Last-Event-ID": "x"])
                expectProblem(wrong, 400, mentions: "Last-Event-ID")
                // A stop does not wait for them.
                let connection = try RawConnection(port: port)
                try connection.send("GET /events HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n")
                _ = try connection.receive()
                let start = ContinuousClock.now
                try await store.stop()
                #expect(ContinuousClock.now - start < .seconds(8))
            }
        }

        @Test func theCommandShowsAndFollows() async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                let page = try await bookstore("events", in: store.folder)
                #expect(page.status == 0 && page.output.contains("order"), "\(page.errors)")
                #expect(page.errors == "more by --after 1\n")
                let following = try ServerProcess(
                    "following", Program.bookstore, ["events", "--follow", "--json"], in: store.folder)
                defer { following.end() }
                try await eventually("the first is shown") { following.output.contains(#""sequence":1"#) }
                // What happens while the servers are killed is told all the same.
                try store.kill(.frontend)
                try await eventually("it says so") { following.errors.contains("does not answer") }
                try await store.start([.frontend])
                #expect(try await store.buy(2) == "Success")
                try await eventually("the second is shown") { following.output.contains(#""sequence":2"#) }
                following.send(SIGINT)
                #expect(try await following.exit() == 0)
                let lines = following.output.split(separator: "\n")
                #expect(lines.allSatisfy { $0.hasPrefix(#"{"sequence":"#) && $0.hasSuffix("}") })
                let wrong = try await bookstore("events", "--after", "x", in: store.folder)
                #expect(
                    wrong.status == 64 && wrong.errors.contains("neither a whole number from 0 nor 'end'"))
            }
        }
    }
}
