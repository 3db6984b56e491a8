import Foundation
import Model
import Processes
import TestSupport
import Testing

extension RealProcesses {
    /// Which users can read the store's secrets and write its files.
    @Suite struct SecretTests {
        private static let token = "not-to-be-told-to-anyone"
        private static let password = "a long desk password"

        private func withUp(
            _ arguments: [String] = [], environment: [String: String] = [:], umask: String = "022",
            _ body: (Store, Int, ServerProcess) async throws -> Void
        ) async throws {
            try await withStoppedStore { store in
                let port = try FreePort.find()
                let tiers = try String(contentsOfFile: store.path("config"), encoding: .utf8)
                try store.write(tiers + "storefront,127.0.0.1:\(port)\n", to: "config")
                try store.write(Self.token + "\n", to: "token")
                let line = "umask \(umask); exec \"$0\" up \"$@\""
                let up = try ServerProcess(
                    "up", "/bin/sh", ["-c", line, Program.bookstore] + arguments, in: store.folder,
                    environment: environment, ownGroup: true)
                defer { up.end() }
                try await eventually("the store is open") {
                    guard up.isRunning else { throw ServerProcess.Failed(description: up.errors) }
                    return up.output.contains("The store is open at http://\(store.frontend)")
                }
                try await body(store, port, up)
                up.send(SIGTERM)
                #expect(try await up.exit() == 0, "\(up.errors)")
            }
        }

        private func memory(_ file: String, of pid: pid_t) -> String {
            String(
                decoding: FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") ?? Data(),
                as: UTF8.self)
        }

        @Test(arguments: [false, true]) func serversGetTheirSecretsByAPipe(inFile: Bool) async throws {
            let secrets = ["BOOKSTORE_TOKEN": Self.token, "BOOKSTORE_DESK_PASSWORD": Self.password]
            let file = "/settings-\(UUID().uuidString).json"
            let path = FileManager.default.temporaryDirectory.path + file
            let text = #"{"token": "\#(Self.token)", "desk": {"password": "\#(Self.password)"}}"#
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: path) }
            let environment = inFile ? ["BOOKSTORE_SETTINGS": path] : secrets
            try await withUp(environment: environment) { store, port, up in
                let children = ProcessTable.children(of: up.pid)
                #expect(children.count == 4)
                for child in children {
                    let told = memory("environ", of: child) + memory("cmdline", of: child)
                    #expect(!told.contains("BOOKSTORE_"), "\(told)")
                    #expect(!told.contains(Self.token) && !told.contains(Self.password))
                }
                // The servers still have the secrets.
                let update = "/update?item_number=1&stock=5"
                let shown = ["Authorization": "Bearer " + Self.token]
                expectProblem(try await store.post(update, to: .catalog), 401)
                expectJSON(try await store.post(update, to: .catalog, headers: shown), successBody)
                expectProblem(try await store.get("/orders"), 401)
                #expect(try await store.get("/orders", headers: shown).status == 200)
                #expect(try await store.buy(1) == "Success")
                let desk = try await onThread { try request("GET", "/desk", port: port) }
                #expect(desk.status == 303)
                // A restarted server gets them again.
                let catalog = try #require(
                    children.first { ProcessTable.arguments(of: $0).dropFirst().first == "catalog" })
                #expect(kill(catalog, SIGKILL) == 0)
                try await eventually("it is there again") {
                    (try? await store.get("/ledger", from: .catalog).status) == 401
                }
                #expect(up.errors.contains(path) == inFile, "\(up.errors)")
            }
        }

        @Test func warnsOfASecretOthersCanRead() async throws {
            try await withUp(["--token-file", "token"]) { store, _, up in
                let warning = "token holds the store's token, and others than its owner may read or write it"
                #expect(up.errors.components(separatedBy: warning).count == 2, "\(up.errors)")
                #expect(up.errors.contains("chmod 600 token"))
                #expect(!up.errors.contains(Self.token))
            }
            try await withStoppedStore { store in
                try store.write(Self.token, to: "token")
                for mode in [0o644, 0o640, 0o620, 0o600, 0o400] {
                    try FileManager.default.setAttributes(
                        [.posixPermissions: mode], ofItemAtPath: store.path("token"))
                    let order = try ServerProcess(
                        "order-\(mode)", Program.bookstore, ["order", "--token-file", "token"],
                        in: store.folder)
                    defer { order.end() }
                    try await eventually("it listens") { order.errors.contains("listens on") }
                    #expect(
                        order.errors.contains("token holds the store's token") == (mode & 0o066 != 0),
                        "\(String(mode, radix: 8)): \(order.errors)")
                }
            }
        }

        @Test func othersCannotWriteStoreFiles() async throws {
            try await withUp(umask: "0") { store, _, _ in
                #expect(try await store.buy(1) == "Success")
                _ = try await run(
                    "/bin/sh",
                    [
                        "-c",
                        "umask 0; '\(Program.bookstore)' client lookup 1; '\(Program.bookstore)' backup copies",
                    ],
                    in: store.folder)
                // The test's own files end in .out and .err.
                let found = try await run(
                    "/usr/bin/find",
                    [
                        ".", "-mindepth", "1", "-perm", "/022", "-not", "-name", "*.out", "-not", "-name",
                        "*.err",
                    ], in: store.folder)
                #expect(found.status == 0 && found.output.isEmpty, "\(found.output)\(found.errors)")
                #expect(FileManager.default.fileExists(atPath: store.path("copies/catalog.sqlite")))
                #expect(store.log("client_log").count == 2)
            }
        }
    }
}
