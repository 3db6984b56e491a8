import Model
import Services
import Synchronization
import TestSupport
import Testing

@testable import TierHTTP

/// Faults reported by a tier behind, as the tier in front answers them.
@Suite struct ToldFaultTests {
    private static let own = "Server: bookstore/1"
    private static let diskFull =
        #"{"detail":"the catalog server has a full disk","status":503,"code":"disk_full","outcome":"none""#

    /// The answer to `POST /buy` when the peer answers with this problem.
    private func problem(
        _ body: String, from server: String = own, breakingFirst: Bool = false, isRead: Bool = false
    ) async throws -> Problem {
        let count = Mutex(0)
        let peer = try TestPeer { _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            // The first connection ends without an answer, so that the request is sent again.
            if breakingFirst, isFirst { return nil }
            return answer(body, status: "503 Service Unavailable", "Retry-After: 1", server)
        }
        defer { peer.listener.close() }
        return try await withClient(peer.port) { client in
            let answer = try await client.start("/buy", method: isRead ? .GET : .POST, key: "k").get()
            let error = try #require(throws: (any Error).self) {
                try client.client.check(answer, item: nil, isRead: isRead)
            }
            return Problem(error)
        }
    }

    @Test(arguments: [("", "peer"), (#","dependency":"catalog""#, "catalog")])
    func isPassedOnAsItIs(member: String, dependency: String) async throws {
        let told = try await problem(Self.diskFull + member + "}")
        #expect(told.status == .serviceUnavailable)
        #expect(told.detail == "the catalog server has a full disk")
        #expect(told.code == "disk_full" && told.dependency == dependency)
        #expect(told.isOutcomeUnknown == false)
        #expect(told.fields.map(\.name) == ["retry-after"])
    }

    @Test func aCodeOfANewerVersionStays() async throws {
        let told = try await problem(#"{"detail":"no","code":"newer","outcome":"unknown"}"#)
        #expect(told.status == .serviceUnavailable)
        #expect(told.code == "newer" && told.detail == "no" && told.isOutcomeUnknown == true)
    }

    /// Only the second copy is known to have done nothing. The outcome of the first is unknown.
    @Test func aRepetitionLeavesTheOutcomeUnknown() async throws {
        let told = try await problem(Self.diskFull + #","dependency":"catalog"}"#, breakingFirst: true)
        #expect(told.code == "disk_full" && told.dependency == "catalog")
        #expect(told.isOutcomeUnknown == true)
        #expect(told.detail.contains("same Idempotency-Key"))
        let read = try await problem(Self.diskFull + "}", breakingFirst: true, isRead: true)
        #expect(read.isOutcomeUnknown == false && read.detail == "the catalog server has a full disk")
    }

    @Test(arguments: [
        ("Server: gunicorn", diskFull + "}"), (own, #"{"detail":"busy"}"#), (own, "busy"), (own, ""),
    ]) func whatTellsNothingIsBusy(server: String, body: String) async throws {
        let told = try await problem(body, from: server)
        #expect(told.code == "not_ready" && told.dependency == "peer" && told.isOutcomeUnknown == true)
        #expect(told.detail.contains("is busy or not ready"))
    }

    @Test func eachFaultIsCountedByItsCode() async throws {
        try await withServer { server in
            for path in ["/fault?kind=unknown", "/fault?kind=overloaded", "/fault?kind=invalid", "/broken"] {
                _ = try request("GET", path, port: server.port)
            }
            let page = try request("GET", "/metrics", port: server.port).body
            for (code, count) in [
                ("connection_lost", 1), ("busy", 1), ("internal", 1), ("disk_full", 0), ("other", 0),
            ] {
                #expect(page.contains("http_server_faults_total{code=\"\(code)\"} \(count)\n"), "\(code)")
            }
            #expect(!page.contains(#"code="invalid""#))
        }
    }
}
