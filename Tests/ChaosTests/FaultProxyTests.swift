import Foundation
import Model
import Monitoring
import NIOCore
import NIOPosix
import Processes
import Testing

@testable import Chaos

/// The proxy in front of a server that sends back what it gets.
@Suite(.serialized) struct FaultProxyTests {
    @Test func forwards() async throws {
        try await withProxy { proxy, _ in
            let client = try await EchoClient(proxy.address)
            #expect(try await client.echo("one") == "one")
            #expect(try await client.echo("two") == "two")
            #expect(try await proxy.connectionCount() == 1)
            try await client.close()
            try await eventually { try await proxy.connectionCount() == 0 }
        }
    }

    @Test func cutsOpenConnectionsAndTakesNewOnes() async throws {
        try await withProxy { proxy, _ in
            let client = try await EchoClient(proxy.address)
            #expect(try await client.echo("one") == "one")
            proxy.cut()
            try await client.closed()
            #expect(try await EchoClient(proxy.address).echo("again") == "again")
        }
    }

    @Test func refusesUntilItListensAgain() async throws {
        try await withProxy { proxy, _ in
            let client = try await EchoClient(proxy.address)
            #expect(try await client.echo("one") == "one")
            try await proxy.refuse()
            try await client.closed()
            await #expect(throws: (any Error).self) { try await EchoClient(proxy.address) }
            // Repeated and concurrent requests get the same listener.
            async let first: Void = proxy.listen()
            async let second: Void = proxy.listen()
            _ = try await (first, second)
            #expect(try await EchoClient(proxy.address).echo("again") == "again")
        }
    }

    @Test func holdsBytesWithoutLoss() async throws {
        try await withProxy { proxy, _ in
            let client = try await EchoClient(proxy.address)
            #expect(try await client.echo("one") == "one")
            proxy.set(.hold)
            client.send("two")
            try await Task.sleep(for: .milliseconds(100))
            #expect(client.received == "one")
            proxy.set(.forward)
            try await eventually { client.received == "onetwo" }
        }
    }

    @Test func delaysInOrder() async throws {
        try await withProxy { proxy, _ in
            let client = try await EchoClient(proxy.address)
            #expect(try await client.echo("0") == "0")
            proxy.set(.delay(.milliseconds(30), jitter: .milliseconds(30)))
            let start = ContinuousClock.now
            for number in 1...9 {
                client.send("\(number)")
                try await Task.sleep(for: .milliseconds(3))
            }
            try await eventually { client.received == "0123456789" }
            // The delay applies in both directions.
            #expect(ContinuousClock.now - start >= .milliseconds(60))
        }
    }

    @Test func losesAnswersButNotRequests() async throws {
        try await withProxy { proxy, server in
            let client = try await EchoClient(proxy.address)
            #expect(try await client.echo("one") == "one")
            proxy.set(.mute)
            client.send("two")
            try await eventually { server.received == "onetwo" }
            #expect(client.received == "one")
            // After lost bytes the stream cannot continue.
            proxy.set(.forward)
            try await client.closed()
        }
    }

    @Test func closesTheConnectionWithoutAServer() async throws {
        try await withProxy { proxy, server in
            try await server.shutdown()
            let client = try await EchoClient(proxy.address)
            try await client.closed()
        }
    }

    private func withProxy(_ body: (FaultProxy, EchoServer) async throws -> Void) async throws {
        let server = try await EchoServer()
        var random = FastRandom()
        let port = try #require(LoopbackPorts.find(1, random: &random).first)
        let address = ServerAddress(host: "127.0.0.1", port: port)
        let proxy = try await FaultProxy.start(at: address, to: server.address, on: EchoServer.group.next())
        do {
            try await body(proxy, server)
        } catch {
            await proxy.shutdown()
            throw error
        }
        await proxy.shutdown()
        try? await server.shutdown()
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "it did not happen within 10 s")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
