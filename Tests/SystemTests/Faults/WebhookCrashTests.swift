import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Catalogs are killed while they tell a webhook: something may come twice, nothing is left out.
    @Suite struct WebhookCrashTests {
        private static let options = ["--private-webhooks", "allowed", "--books", "books"]

        /// The numbers of what a receiver has taken, each where it came first.
        private func numbers(_ receiver: WebhookReceiver) -> [Int] {
            var seen: Set<Int> = []
            return receiver.events.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
                .filter { seen.insert($0).inserted }
        }

        private func add(_ receiver: WebhookReceiver, at port: Int) async throws {
            let added = try await onThread {
                try request(
                    "POST", "/webhook", port: port, headers: ["Content-Type": "application/json"],
                    body:
                        #"{"url":"\#(receiver.url)","secret":"a-secret-of-24-or-more-characters","kinds":["order"]}"#
                )
            }
            #expect(added.status == 200, "\(added.body)")
        }

        @Test func nothingIsSkippedWhereACatalogIsKilled() async throws {
            let receiver = try WebhookReceiver()
            defer { receiver.close() }
            try await withStoppedStore { store in
                try store.write("init,1,100,1,t,Book\n", to: "books")
                store.add(Self.options, to: .catalog)
                try await store.start()
                try await add(receiver, at: store.port(.frontend))
                for round in 0..<5 {
                    receiver.answer("503 Later")
                    for _ in 1...4 { #expect(try await store.buy(1) == "Success") }
                    // The letter is taken, and the catalog dies before it can know.
                    receiver.answer { _ in
                        try? store.kill(.catalog)
                        return "200 OK"
                    }
                    let catalog = try store.process(.catalog)
                    try await eventually("it is killed in round \(round)") { !catalog.isRunning }
                    receiver.answer(round % 2 == 0 ? "503 Later" : "200 OK")
                    try await store.start([.catalog])
                }
                receiver.answer("200 OK")
                try await eventually("all is told") { numbers(receiver).count == 20 }
                #expect(numbers(receiver) == Array(1...20))
            }
        }

        /// Two catalogs over PostgreSQL. Whichever tells is killed or frozen in turn, and the other goes on.
        @Test func nothingIsSkippedWhereTheTellingCatalogIsLost() async throws {
            let server = try PostgresServer.shared
            let database = try server.newDatabase()
            let url = server.url(database)
            let receiver = try WebhookReceiver()
            defer { receiver.close() }
            try await withTemporaryFolder { folder in
                let ports = try [FreePort.find(), FreePort.find()]
                let config = ports.map { "catalog,127.0.0.1:\($0)\n" }.joined() + "order,127.0.0.1:1\n"
                try config.write(toFile: folder + "/config", atomically: true, encoding: .utf8)
                try "init,1,100,1,t,Book\n".write(
                    toFile: folder + "/books", atomically: true, encoding: .utf8)
                let start = { (index: Int) in
                    let process = try ServerProcess(
                        "catalog-\(index)", Program.bookstore,
                        [
                            "catalog", "--supervised", "--index", "\(index)", "--store", url, "--data",
                            "data-\(index)", "--output", "output-\(index)",
                        ] + Self.options, in: folder)
                    try await eventually("catalog \(index) is ready") {
                        (try? await onThread { try request("GET", "/readyz", port: ports[index]) })?.status
                            == 200
                    }
                    return process
                }
                var catalogs = [try await start(0), try await start(1)]
                defer { for catalog in catalogs { catalog.end() } }
                try await add(receiver, at: ports[0])
                var sold = 0
                let sell = { (index: Int) in
                    for _ in 1...3 {
                        sold += 1
                        let key = "k\(sold)"
                        // One that was frozen may have to connect to the database anew.
                        try await eventually("sale \(sold) is made") {
                            let reply = try await onThread {
                                try request(
                                    "POST", "/update?item_number=1&cost=na&stock=-1", port: ports[index],
                                    headers: ["Idempotency-Key": key])
                            }
                            return reply.status == 200
                        }
                    }
                }
                try await sell(0)
                try await eventually("the first are told") { numbers(receiver).count == sold }
                for round in 0..<4 {
                    // The log numbers of catalogs that start one after the other are 1 and 2.
                    let holder = try #require(
                        try server.sql("SELECT holder FROM bookstore.webhook", in: database).first)
                    let lost = holder == "1" ? 0 : 1
                    let isFrozen = round % 2 == 1
                    if isFrozen { try await catalogs[lost].freeze() } else { catalogs[lost].end() }
                    let begin = ContinuousClock.now
                    try await sell(1 - lost)
                    try await eventually("the other tells in round \(round)") {
                        numbers(receiver).count == sold
                    }
                    #expect(ContinuousClock.now - begin < .seconds(12))
                    if isFrozen {
                        catalogs[lost].send(SIGCONT)
                    } else {
                        catalogs[lost] = try await start(lost)
                    }
                }
                #expect(numbers(receiver) == Array(1...sold))
            }
        }
    }
}
