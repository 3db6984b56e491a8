import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The web shop as a process: started by `up`, and by itself. What its pages do is tested in a browser
    /// (Tests/Browser).
    @Suite struct WebShopTests {
        private func get(_ target: String, port: Int) async throws -> RawReply {
            try await onThread { try request("GET", target, port: port) }
        }

        @Test func upOpensTheShopThatTheConfigFileNames() async throws {
            try await withStoppedStore { store in
                let port = try FreePort.take()
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
                #expect(ProcessTable.children(of: up.pid).count == 4)
                let page = try await get("/book/1", port: port)
                #expect(page.status == 200)
                #expect(page.body.contains("How to get a good grade"))
                #expect(try await get("/desk", port: port).status == 303)
                try await refusesWrongMethods(port: port)
                #expect(!up.errors.contains("desk password"))
                up.send(SIGINT)
                #expect(try await up.exit() == 0, "\(up.errors)")
                #expect(FreePort.isFree(port))
            }
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

        @Test func standsAloneAndExplainsThatTheStoreIsAway() async throws {
            try await withStoppedStore { store in
                let port = try FreePort.take()
                try store.write("frontend,127.0.0.1:1\nstorefront,127.0.0.1:\(port)\n", to: "config")
                let shop = try ServerProcess(
                    "storefront", Program.bookstore, ["storefront", "--supervised"], in: store.folder)
                defer { shop.end() }
                try await eventually("the shop listens") {
                    guard shop.isRunning else { throw ServerProcess.Failed(description: shop.errors) }
                    return shop.errors.contains("storefront listens on")
                }
                #expect(shop.errors.contains("the desk is closed: set BOOKSTORE_DESK_PASSWORD"))
                #expect(try await get("/livez", port: port).status == 200)
                let health = try await bookstore("healthcheck", "storefront", in: store.folder)
                #expect(health.status == 0, "\(health.errors)")
                for target in ["/", "/book/1", "/topics", "/find?q=x"] {
                    let page = try await get(target, port: port)
                    #expect(page.status == 503, "\(target)")
                    #expect(page.body.contains("out of reach"))
                }
                #expect(try await get("/desk", port: port).status == 404)
                #expect(try await get("/desk/sign-in", port: port).status == 404)
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
