import Foundation
import Model
import Processes
import TestSupport
import Testing

extension RealProcesses {
    /// The web shop as a process: started by `up`, and alone. Its pages are tested in a browser
    /// (Tests/Browser).
    @Suite struct WebShopTests {
        private func get(_ target: String, port: Int) async throws -> RawReply {
            try await onThread { try request("GET", target, port: port) }
        }

        /// Runs `body` with a whole store that `up` has started, its folder, and the port of its shop.
        private func withOpenShop(
            _ body: (_ up: ServerProcess, _ folder: String, _ port: Int) async throws -> Void
        ) async throws {
            try await withStoppedStore { store in
                let port = try FreePort.find()
                let tiers = try String(contentsOfFile: store.path("config"), encoding: .utf8)
                try store.write(tiers + "storefront,127.0.0.1:\(port)\n", to: "config")
                let up = try ServerProcess(
                    "up", Program.bookstore, ["up"], in: store.folder,
                    environment: ["BOOKSTORE_DESK_PASSWORD": "a long desk password"], ownGroup: true)
                defer { up.end() }
                try await eventually("the shop is open") {
                    guard up.isRunning else { throw ServerProcess.Failed(description: up.errors) }
                    return up.output.contains("The shop is open at http://127.0.0.1:\(port)")
                }
                try await body(up, store.folder, port)
            }
        }

        @Test func upOpensTheConfiguredShop() async throws {
            try await withOpenShop { up, folder, port in
                #expect(ProcessTable.children(of: up.pid).count == 4)
                let page = try await get("/book/1", port: port)
                #expect(page.status == 200)
                #expect(page.body.contains("How to get a good grade"))
                #expect(try await get("/desk", port: port).status == 303)
                try await refusesWrongMethods(port: port)
                #expect(!up.errors.contains("desk password"))
                try await measuresItsPages(port: port, in: folder)
                up.send(SIGINT)
                #expect(try await up.exit() == 0, "\(up.errors)")
                #expect(FreePort.isFree(port))
            }
        }

        /// The shop's metrics have the names of the tiers' metrics, with the pattern of an address and never the address.
        private func measuresItsPages(port: Int, in folder: String) async throws {
            #expect(try await get("/no-such-page", port: port).status == 404)
            let page = try await get("/metrics", port: port).body
            for line in [
                #"http_server_requests_total\{route="/book/[^"1]*",outcome="success"\} [1-9]"#,
                #"http_server_requests_total\{route="other",outcome="refused"\} [1-9]"#,
                #"http_server_request_duration_seconds_count\{route="/book/[^"]*",outcome="success"\} [1-9]"#,
                #"http_server_active_requests\{route="/metrics"\} 1"#,
            ] {
                #expect(page.contains(try Regex(line)), "\(line)")
            }
            let top = try await bookstore("top", "--once", "--interval", "0.2", in: folder)
            #expect(top.output.contains("tier=storefront server=127.0.0.1:\(port) state=up"), "\(top.output)")
            #expect(top.status == 0, "\(top.errors)")
        }

        private func refusesWrongMethods(port: Int) async throws {
            for (method, target, allowed) in [
                ("POST", "/", "GET, HEAD"), ("DELETE", "/book/1", "GET, HEAD"), ("GET", "/buy", "POST"),
                ("PUT", "/livez", "GET, HEAD"), ("OPTIONS", "/find", "GET, HEAD"),
                ("GET", "/desk/changes", "POST"), ("PATCH", "/desk/add", "GET, HEAD, POST"),
            ] {
                let reply = try await onThread { try request(method, target, port: port) }
                #expect(reply.status == 405, "\(method) \(target)")
                let named = reply.headers["allow"]?.components(separatedBy: ", ").sorted()
                #expect(named == allowed.components(separatedBy: ", "), "\(method) \(target)")
                #expect(reply.body.contains("Nothing was changed"))
            }
            for (target, status) in [("/buy", 405), ("/nothing", 404), ("/book/1", 200)] {
                let text = try await onThread {
                    let connection = try RawConnection(port: port)
                    try connection.send("HEAD \(target) HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
                    return try connection.receiveAll()
                }
                // An answer to HEAD ends with its head.
                #expect(text.hasPrefix("HTTP/1.1 \(status) ") && text.hasSuffix("\r\n\r\n"), "\(text)")
            }
        }

        /// Pages are compressed and cached, except those with a secret or a form's new key.
        @Test func sendsPagesSmallAndOnce() async throws {
            try await withOpenShop { _, _, port in
                try await eventually("books are found") {
                    try await get("/", port: port).body.contains("/book/1")
                }
                let home = try await get("/", port: port)
                for target in ["/", "/topics", "/topic?name=graduate+school", "/find?q=graduate"] {
                    try await isSentOnce(target, port: port)
                }
                // A page whose form has a new key each time always differs.
                let book = try await send("GET", "/book/1", ["Accept-Encoding": "gzip"], port: port)
                #expect(book.headers["content-encoding"] == "gzip" && book.headers["etag"] == nil)
                #expect(String(decoding: try gunzip(book.bytes), as: UTF8.self).contains(#"name="key""#))
                for asset in home.body.matches(of: #/"(\/assets\/[^"]+)"/#).map({ String($0.1) }) {
                    try await isSentOnce(asset, port: port)
                    let file = try await get(asset, port: port)
                    #expect(file.headers["cache-control"]?.contains("immutable") == true)
                }
                // Pages with secrets are not cached, and their length does not reveal the secrets.
                for target in ["/orders", "/receipt/\(String(repeating: "0", count: 32))", "/nothing"] {
                    let reply = try await send(
                        "GET", target, ["Accept-Encoding": "gzip", "If-None-Match": "*"], port: port)
                    #expect(reply.status != 304 && reply.headers["etag"] == nil, "\(target)")
                    #expect(reply.headers["content-encoding"] == nil, "\(target)")
                    #expect(reply.headers["cache-control"] == "no-store", "\(target)")
                }
                let metrics = try await send("GET", "/metrics", ["Accept-Encoding": "gzip"], port: port)
                #expect(metrics.headers["content-encoding"] == "gzip" && metrics.headers["etag"] == nil)
                #expect(try String(decoding: gunzip(metrics.bytes), as: UTF8.self).contains("# TYPE "))
            }
        }

        private func isSentOnce(_ target: String, port: Int) async throws {
            let plain = try await get(target, port: port)
            let tag = try #require(plain.headers["etag"], "\(target)")
            #expect(plain.headers["vary"] == "accept-encoding" && plain.headers["content-encoding"] == nil)
            let gzipped = try await send("GET", target, ["Accept-Encoding": "br, gzip;q=0.8"], port: port)
            #expect(
                gzipped.headers["content-encoding"] == "gzip" && gzipped.headers["etag"] == tag, "\(target)")
            #expect(gzipped.bytes.count < plain.bytes.count && gzipped.headers["vary"] == "accept-encoding")
            #expect(try gunzip(gzipped.bytes) == plain.bytes)
            for method in ["GET", "HEAD"] {
                let text = try await onThread {
                    let connection = try RawConnection(port: port)
                    try connection.send(
                        "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                            + "If-None-Match: \"x\", \(tag)\r\nAccept-Encoding: gzip\r\n\r\n")
                    return try connection.receiveAll()
                }
                #expect(text.hasPrefix("HTTP/1.1 304 ") && text.hasSuffix("\r\n\r\n"), "\(method) \(text)")
                #expect(text.lowercased().contains("etag: \(tag.lowercased())"), "\(text)")
            }
            let other = try await send("GET", target, ["If-None-Match": "\"x\""], port: port)
            #expect(other.status == 200 && other.bytes == plain.bytes)
        }

        private func send(
            _ method: String, _ target: String, _ fields: [String: String], port: Int
        ) async throws -> RawReply {
            try await onThread { try request(method, target, port: port, headers: fields) }
        }

        @Test func explainsThatTheStoreIsUnavailable() async throws {
            try await withStoppedStore { store in
                let port = try FreePort.find()
                try store.write("frontend,127.0.0.1:1\nstorefront,127.0.0.1:\(port)\n", to: "config")
                let shop = try ServerProcess.shop(in: store.folder)
                defer { shop.end() }
                try await shop.waitForShop()
                #expect(try await get("/livez", port: port).status == 200)
                let health = try await bookstore("healthcheck", "storefront", in: store.folder)
                #expect(health.status == 0, "\(health.errors)")
                for target in ["/", "/book/1", "/topics", "/find?q=x"] {
                    let page = try await get(target, port: port)
                    #expect(page.status == 503, "\(target)")
                    #expect(page.body.contains("out of reach"))
                }
                #expect(try await get("/desk", port: port).status == 303)
                #expect(try await get("/desk/sign-in", port: port).status == 200)
                shop.send(SIGTERM)
                #expect(try await shop.exit() == 0, "\(shop.errors)")
            }
        }

        @Test(arguments: [
            (["BOOKSTORE_DESK_PASSWORD": "short"], "the desk's password has 8 to 256 bytes"),
            (["BOOKSTORE_DESK_PASSWORD_FILE": "none"], "none: cannot be read"),
            (["BOOKSTORE_DESK_PASSWORD_FILE": "config"], "config: holds no hash of a password"),
        ])
        func refusesAPasswordThatIsNone(environment: [String: String], reason: String) async throws {
            try await withStoppedStore { store in
                let shop = try ServerProcess(
                    "storefront", Program.bookstore, ["storefront"], in: store.folder,
                    environment: environment)
                defer { shop.end() }
                #expect(try await shop.exit() == 78)
                #expect(shop.errors.contains(reason), "\(shop.errors)")
                #expect(!shop.errors.contains("short"))
            }
        }
    }
}
