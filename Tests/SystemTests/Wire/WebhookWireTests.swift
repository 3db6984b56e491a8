import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Programs that are told of events, as their keepers see them.
    @Suite struct WebhookWireTests {
        private static let secret = "a-secret-of-24-or-more-characters"
        private static let allowing: [Tier: [String]] = [.catalog: ["--private-webhooks", "allowed"]]

        private func send(_ path: String, _ body: String, to tier: Tier, of store: Store) async throws
            -> RawReply
        {
            try await store.send(
                "POST", path, to: tier, headers: ["Content-Type": "application/json"], body: body)
        }

        @Test(arguments: [Tier.frontend, .catalog]) func isAddedListedAndRemoved(tier: Tier) async throws {
            try await withStore(options: Self.allowing) { store in
                let url = "http://127.0.0.1:1/hook?key=k"
                let added = try await send(
                    "/webhook",
                    #"{"url":"\#(url)","secret":"\#(Self.secret)","kinds":["state","order"],"actor":"ann"}"#,
                    to: tier, of: store)
                #expect(added.status == 200, "\(added.body)")
                let time = #/"made":"[^"]*"/#
                let shown = """
                    {"webhook":1,"url":"\(url)","kinds":["order","state"],"position":0,"made":"","actor":"ann",\
                    "dead_letters":0,"attempts":0}
                    """
                #expect(added.body.replacing(time, with: #""made":"""#) == #"{"result":\#(shown)}"#)
                let list = try await store.get("/webhooks", from: tier)
                #expect(list.body.replacing(time, with: #""made":"""#) == #"{"result":[\#(shown)]}"#)
                #expect(
                    try await store.get("/dead_letters?webhook=1", from: tier).body
                        == #"{"result":[],"next":null}"#)
                let again = try await send("/webhook_resend", #"{"webhook":1}"#, to: tier, of: store)
                expectJSON(again, #"{"result":{"resending":0}}"#)
                let twice = try await send(
                    "/webhook", #"{"url":"\#(url)","secret":"\#(Self.secret)"}"#, to: tier, of: store)
                expectProblem(twice, 409, mentions: "webhook 1 has this URL")
                let removed = try await send("/webhook_remove", #"{"webhook":1}"#, to: tier, of: store)
                #expect(removed.status == 200)
                #expect(try await store.get("/webhooks", from: tier).body == #"{"result":[]}"#)
                for path in ["/webhook_remove", "/webhook_resend"] {
                    expectProblem(
                        try await send(path, #"{"webhook":1}"#, to: tier, of: store), 404,
                        mentions: "no webhook 1")
                }
            }
        }

        @Test func badOnesAreRefused() async throws {
            try await withStore { store in
                let good = #""secret":"\#(Self.secret)""#
                for (body, words) in [
                    (#"{\#(good)}"#, "url is missing"), (#"{"url":"https://8.8.8.8/"}"#, "secret is missing"),
                    (#"{"url":"ftp://8.8.8.8/",\#(good)}"#, "url begins with neither"),
                    (#"{"url":"https://8.8.8.8/","secret":"short"}"#, "secret is not 24 to 256"),
                    (#"{"url":"https://8.8.8.8/",\#(good),"kinds":[]}"#, "kinds is not"),
                    (#"{"url":"https://8.8.8.8/",\#(good),"kinds":["order","x"]}"#, "kinds has other than"),
                    (#"{"url":"https://8.8.8.8/",\#(good),"after":-1}"#, "after is not"),
                    (#"{"url":"https://8.8.8.8/",\#(good),"more":1}"#, "more is not known"),
                    (
                        #"{"url":"http://127.0.0.1:\#(store.port(.catalog))/",\#(good)}"#,
                        "not on the Internet"
                    ),
                    (#"{"url":"http://[::ffff:10.0.0.1]/",\#(good)}"#, "not on the Internet"),
                    (#"{"url":"http://localhost/",\#(good)}"#, "not on the Internet"),
                    (#"{"url":"http://169.254.169.254/latest",\#(good)}"#, "not on the Internet"),
                ] {
                    let reply = try await send("/webhook", body, to: .frontend, of: store)
                    expectProblem(reply, 400, mentions: words)
                    #expect(!reply.body.contains(Self.secret))
                }
                expectProblem(try await store.get("/dead_letters"), 400, mentions: "webhook is missing")
                #expect(try await store.get("/webhooks").body == #"{"result":[]}"#)
            }
        }

        /// By hand and by the example of the documentation.
        @Test func theCommandAndTheExampleWork() async throws {
            try await withStore(options: Self.allowing) { store in
                try store.write(Self.secret + "\n", to: "secret")
                let port = try FreePort.find()
                let program = try ServerProcess(
                    "receiver", "python3",
                    [
                        Program.folder + "/deploy/examples/webhook_receiver.py", "--secret-file", "secret",
                        "--port", "\(port)",
                    ], in: store.folder)
                defer { program.end() }
                try await eventually("it listens") { program.errors.contains("listening") }
                let added = try await bookstore(
                    "webhook", "add", "http://127.0.0.1:\(port)/", "--secret-file", "secret", "--kinds",
                    "order,sold_out", in: store.folder)
                #expect(added.status == 0 && added.output.contains("order,sold_out"), "\(added.errors)")
                for _ in 1...3 { #expect(try await store.buy(1) == "Success") }
                try await store.order("o", #"{"lines":[{"item_number":"2","copies":2}]}"#)
                try await eventually("a mail for each") {
                    program.output.contains("Order 4 of") && program.output.contains("has 2 books.")
                }
                // What comes again is known; what is not signed, or not now, is not believed.
                let hook = { (seconds: String, signature: String) in
                    try await onThread {
                        try request(
                            "POST", "/", port: port,
                            headers: [
                                "Bookstore-Timestamp": seconds, "Bookstore-Signature": "sha256=" + signature,
                            ], body: #"{"result":[]}"#
                        ).status
                    }
                }
                #expect(try await hook("1764230400", String(repeating: "0", count: 64)) == 401)
                #expect(
                    try await hook(
                        "1764230400", "74ee21e7c8ffd82343124237c910b3fca357da87d024b1e52b252ec697615228")
                        == 401)
                #expect(program.errors.contains("the letter is old"))
                let list = try await bookstore("webhook", "list", in: store.folder)
                #expect(list.status == 0 && list.output.contains("ok"), "\(list.errors)")
                for arguments in [["dead", "1"], ["resend", "1"], ["remove", "1"]] {
                    let run = try await run(Program.bookstore, ["webhook"] + arguments, in: store.folder)
                    #expect(run.status == 0, "\(run.errors)")
                }
                #expect(program.output.matches(of: #/Subject: order/#).count == 4)
                var metrics = ""
                try await eventually("the metrics say so") {
                    metrics = try await store.get("/metrics", from: .catalog).body
                    return metrics.contains("bookstore_webhook_lag_movements 0\n")
                        && metrics.contains("bookstore_webhook_events_delivered_total 5\n")
                }
                // The secret is nowhere but in the database.
                for tier in Tier.allCases { #expect(!store.errors(of: tier).contains(Self.secret)) }
                #expect(!(added.output + list.output + metrics).contains(Self.secret))
            }
        }
    }
}
