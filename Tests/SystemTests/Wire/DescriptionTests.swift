import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// A running tier's description for people.
    @Suite struct DescriptionTests {
        private static let token = "a-token-for-the-examples"

        /// A copied line of `/docs` returns what the page shows.
        @Test(arguments: Tier.allCases) func everyExampleOfThePageWorks(tier: Tier) async throws {
            try await withStoppedStore { store in
                try store.write(Self.token, to: "token")
                for tier in Tier.allCases { store.add(["--token-file", "token"], to: tier) }
                try await store.start()
                let page = try await store.get("/docs", from: tier).body
                let examples = page.matches(of: #/<pre><code>(.*?)</code></pre>/#).map {
                    Self.text($0.1).replacing(
                        "127.0.0.1:\(tier.defaultPort)/", with: "127.0.0.1:\(store.port(tier))/")
                }
                #expect(examples.count == page.matches(of: #/<section>/#).count && examples.count > 5)
                // The receipt and orders that the examples ask for; not every tier that knows them sells.
                let purchase = try await store.post(
                    "/buy?item_number=2", headers: ["Idempotency-Key": "my-first-order"])
                #expect(purchase.status == 200)
                for key in ["my-first-basket", "my-second-basket"] {
                    let order = try await store.send(
                        "POST", "/order", to: .frontend,
                        headers: ["Idempotency-Key": key, "Content-Type": "application/json"],
                        body: #"{"lines":[{"item_number":"1","copies":1},{"item_number":"3","copies":1}]}"#)
                    #expect(order.status == 200)
                }
                let session = try await Self.signIn(store)
                try Data(SampleImage.png).write(to: URL(fileURLWithPath: store.path("cover.png")))
                let status = { try await Self.status(of: $0, in: store.folder, session: session) }
                #expect(try await status(Self.coverLine(store)) == "200")
                var failed: [String] = []
                for line in examples where try await status(line) != "200" { failed.append(line) }
                #expect(failed == [])
            }
        }

        private static func text(_ html: Substring) -> String {
            String(html).replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing(
                "&lt;", with: "<"
            )
            .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
        }

        /// The image that the examples ask for.
        private static func coverLine(_ store: Store) -> String {
            "curl -H \"Authorization: Bearer $TOKEN\" --data-binary @cover.png '\(store.frontend)/cover?item_number=1'"
        }

        /// The session of a keeper beside those whom the examples add.
        private static func signIn(_ store: Store) async throws -> String {
            let headers = ["Authorization": "Bearer " + token, "Content-Type": "application/json"]
            var reply: RawReply?
            for (target, role) in [("/keeper", #","role":"owner""#), ("/sign_in", "")] {
                reply = try await store.send(
                    "POST", target, to: .frontend, headers: headers,
                    body: #"{"name":"Ann","password":"a long password"\#(role)}"#)
            }
            let result = try #require(reply?.json["result"] as? [String: Any], "\(reply?.body ?? "")")
            return try #require(result["session"] as? String)
        }

        /// The output of a line in a shell, in a folder with the files that it names.
        private static func status(of line: String, in folder: String, session: String) async throws -> String
        {
            try await onThread {
                let shell = Process()
                shell.executableURL = URL(fileURLWithPath: "/bin/sh")
                shell.arguments = [
                    "-c", line + " --silent --max-time 20 --output /dev/null --write-out '%{http_code}'",
                ]
                shell.currentDirectoryURL = URL(fileURLWithPath: folder)
                shell.environment = ["TOKEN": token, "SESSION": session, "PATH": "/usr/bin:/bin"]
                let output = Pipe()
                shell.standardOutput = output
                try shell.run()
                shell.waitUntilExit()
                return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            }
        }
    }
}
