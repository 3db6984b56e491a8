import Foundation
import Model
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import TierHTTP

/// The client and peers that follow HTTP's rules in different ways.
@Suite struct ClientPeersTests {
    @Test func pipelinesRequestsToOurOwnServer() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                try await expect(client.isBookstore(), is: false)
                try await expect(client.send("/echo?text=first"), is: #"{"text":"first"}"#)
                #expect(try await client.isBookstore())
                let calls = (0..<100).map { client.start("/hold?name=\($0)") }
                try await eventually("all are there at once") { server.gates.names.count == 100 }
                for name in (0..<100).reversed() { server.gates.open("\(name)") }
                for (number, call) in calls.enumerated() {
                    let answer = try await call.get()
                    #expect(String(buffer: answer.body) == #"{"gate":"\#(number)"}"#)
                    #expect(answer.peer == .bookstore)
                }
                #expect(client.inFlight == 0)
            }
        }
    }

    @Test func manyConcurrentCallsFromTwoLoops() async throws {
        try await withServer(loopCount: 2) { server in
            try await withClient(server.port, loopCount: 2) { client in
                let calls = (0..<2000).map { client.start("/echo?text=\($0)", loop: $0 % 2) }
                for (number, call) in calls.enumerated() {
                    try await expect(String(buffer: call.get().body), is: #"{"text":"\#(number)"}"#)
                }
            }
        }
    }

    @Test func sendsTheExpectedFields() async throws {
        let peer = try TestPeer { _ in answer("ok") }
        try await withClient(peer.port) { client in
            try await expect(client.send("/a?b=c", method: .POST, key: "\"k\""), is: "ok")
            try await expect(client.send("/a"), is: "ok")
            let post = peer.seen[0].lowercased().components(separatedBy: "\r\n")
            #expect(post[0] == "post /a?b=c http/1.1")
            #expect(post.contains("host: 127.0.0.1:\(peer.port)"))
            #expect(post.contains("idempotency-key: \"k\""))
            #expect(post.contains("content-length: 0"))
            #expect(post.contains { $0.hasPrefix("traceparent: 00-") })
            #expect(!peer.seen[1].lowercased().contains("idempotency-key"))
        }
        peer.listener.close()
    }

    /// Reads once, answers the first request in it, and drops the rest.
    @Test func aPeerThatDropsPipelinedRequests() async throws {
        let peer = try TestPeer { connection, _ in
            while case let bytes = try connection.receive(), !bytes.isEmpty {
                try connection.send(answer(target(String(decoding: bytes, as: UTF8.self))))
            }
        }
        try await expectAnswers(from: peer, count: 200)
    }

    @Test func aPeerThatClosesAfterEachAnswer() async throws {
        let peer = try TestPeer { connection, _ in
            var reader = HeadReader(connection)
            if let head = try reader.next() { try connection.send(answer(target(head), "Connection: close")) }
        }
        try await expectAnswers(from: peer, count: 200)
    }

    @Test func aPeerThatSpeaksHTTP10() async throws {
        let peer = try TestPeer { connection, _ in
            var reader = HeadReader(connection)
            guard let head = try reader.next() else { return }
            let body = target(head)
            try connection.send("HTTP/1.0 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        try await expectAnswers(from: peer, count: 100)
    }

    @Test func aPeerWhoseAnswersEndWithTheConnection() async throws {
        let peer = try TestPeer { connection, _ in
            var reader = HeadReader(connection)
            guard let head = try reader.next() else { return }
            try connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n\(target(head))")
        }
        try await expectAnswers(from: peer, count: 100)
    }

    @Test func aPeerThatAnswersInChunks() async throws {
        let peer = try TestPeer(answering: { head in
            let text = target(head)
            return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n/\r\n"
                + String(text.utf8.count - 1, radix: 16)
                + ";x=y\r\n\(text.dropFirst())\r\n0\r\nTrailer: t\r\n\r\n"
        })
        try await expectAnswers(from: peer, count: 100)
    }

    @Test func aPeerThatAnswersByteByByte() async throws {
        let peer = try TestPeer { connection, _ in
            var reader = HeadReader(connection)
            while let head = try reader.next() {
                try connection.drip(answer(target(head), "Server: bookstore/1"))
            }
        }
        try await expectAnswers(from: peer, count: 30)
    }

    @Test func aPeerThatContinuesFirst() async throws {
        let peer = try TestPeer(answering: { head in
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(target(head))
        })
        try await expectAnswers(from: peer, count: 50)
    }

    /// Requests behind the last answer were not carried out, and all are sent again.
    @Test func aPipeliningPeerThatClosesAfterSomeAnswers() async throws {
        let peer = try TestPeer { connection, peer in
            var reader = HeadReader(connection)
            for number in 1...7 {
                guard let head = try reader.next() else { return }
                peer.record(head)
                let lines = number == 7 ? ["Connection: close"] : []
                try connection.send(
                    "HTTP/1.1 200 OK\r\nServer: bookstore/1\r\nContent-Length: 2\r\n"
                        + lines.map { $0 + "\r\n" }.joined() + "\r\nok")
            }
        }
        try await withClient(peer.port) { client in
            let calls = (0..<300).map { client.start("/\($0)", method: .POST, repetition: .ifPeerKeepsKeys) }
            for call in calls { try await expect(String(buffer: call.get().body), is: "ok") }
            #expect(peer.lines.count == 300)
        }
        peer.listener.close()
    }

    /// Like a peer with a short idle time, which closes silently between two answers.
    @Test func aPeerThatClosesBetweenAnswers() async throws {
        let peer = try TestPeer { connection, _ in
            var reader = HeadReader(connection)
            for _ in 0..<3 {
                guard let head = try reader.next() else { return }
                try connection.send(answer(target(head)))
            }
        }
        try await withClient(peer.port) { client in
            for number in 0..<50 { try await expect(client.send("/\(number)"), is: "/\(number)") }
        }
        peer.listener.close()
    }

    @Test func repeatsARefusedPostAsAGet() async throws {
        let peer = try TestPeer(answering: { head in
            head.hasPrefix("POST")
                ? answer("no", status: "405 Method Not Allowed", "Allow: GET") : answer("ok")
        })
        try await withClient(peer.port) { client in
            let calls = (0..<20).map {
                client.start("/\($0)", method: .POST, key: "k\($0)", repetition: .ifPeerKeepsKeys)
            }
            for call in calls { try await expect(String(buffer: call.get().body), is: "ok") }
            #expect(peer.lines.filter { $0.hasPrefix("GET") }.count == 20)
            #expect(peer.seen.allSatisfy { $0.contains("k") })
        }
        peer.listener.close()
    }

    @Test func doesNotRepeatARefusedGet() async throws {
        let peer = try TestPeer(answering: { _ in answer("no", status: "405 Method Not Allowed") })
        try await withClient(peer.port) { client in
            try await expect(client.start("/a").get().status, is: .methodNotAllowed)
            try await expect(client.start("/a", method: .POST).get().status, is: .methodNotAllowed)
            #expect(peer.lines.count == 3)
        }
        peer.listener.close()
    }

    @Test(arguments: ["204 No Content", "304 Not Modified"])
    func answersWithoutABody(status: String) async throws {
        let peer = try TestPeer(answering: { _ in "HTTP/1.1 \(status)\r\n\r\n" })
        try await withClient(peer.port) { client in
            for _ in 0..<3 { try await expect(client.send("/a"), is: "") }
            #expect(peer.connectionCount == 1)
        }
        peer.listener.close()
    }

    @Test func aSwitchOfProtocolsEndsTheConnection() async throws {
        let peer = try TestPeer(answering: { head in
            target(head) == "/switch"
                ? "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
                : answer("ok")
        })
        try await withClient(peer.port) { client in
            try await expect(client.start("/switch").get().status, is: .switchingProtocols)
            try await expect(client.send("/a", within: .seconds(5)), is: "ok")
        }
        peer.listener.close()
    }

    private func expectAnswers(from peer: TestPeer, count: Int) async throws {
        try await withClient(peer.port) { client in
            try await expect(client.send("/first"), is: "/first")
            let calls = (0..<count).map { client.start("/\($0)") }
            for (number, call) in calls.enumerated() {
                try await expect(String(buffer: call.get().body), is: "/\(number)")
            }
            #expect(client.inFlight == 0)
        }
        peer.listener.close()
    }
}
