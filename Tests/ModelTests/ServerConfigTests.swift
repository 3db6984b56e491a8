import Model
import Testing

@Suite struct ServerConfigTests {
    private func parse(_ text: String) throws -> ServerConfig {
        try ServerConfig(parsing: text, path: "config")
    }

    @Test func readsTheContractsExample() throws {
        let config = try parse("frontend,127.0.0.1:8000\ncatalog,127.0.0.1:8001\norder,127.0.0.1:8002\n")
        #expect(config.servers == ServerConfig.local.servers)
        #expect(config.storefronts.isEmpty)
        #expect(try config.address(of: .order, index: 0, path: "config").port == 8002)
    }

    @Test func readsSeveralReplicasOfATier() throws {
        let config = try parse(
            """
            # three frontends
            frontend,a:1

              frontend , b:2\u{20}\u{20}
            catalog,[::1]:9
            frontend,a:3
            """)
        let frontends = try (0..<3).map {
            try config.address(of: .frontend, index: $0, path: "config").description
        }
        #expect(frontends == ["a:1", "b:2", "a:3"])
        #expect(try config.address(of: .catalog, index: 0, path: "config").host == "::1")
    }

    @Test func takesWebShopsBesideTheTiers() throws {
        let config = try parse("storefront,a:1\nfrontend,a:2\nstorefront,b:1\n")
        #expect(config.storefronts.map(\.description) == ["a:1", "b:1"])
        #expect(try config.storefront(index: 1, path: "config").host == "b")
        let none = #expect(throws: FileFault.self) { try config.storefront(index: 2, path: "config") }
        #expect(none?.reason.contains("2 storefront line(s)") == true)
        #expect(try parse("frontend,a:2\n").storefront(index: 0, path: "config").port == 8080)
        #expect(throws: FileFault.self) { try parse("frontend,a:2\n").storefront(index: 1, path: "config") }
        #expect(throws: FileFault.self) { try parse("frontend,a:2\nstorefront,a:2\n") }
    }

    @Test func reportsMissingServers() throws {
        let config = try parse("frontend,a:1\n")
        let few = #expect(throws: FileFault.self) {
            try config.address(of: .frontend, index: 1, path: "config")
        }
        #expect(few?.description.contains("only 1 frontend line(s), so --index 1 names none") == true)
        let none = #expect(throws: FileFault.self) {
            try config.address(of: .order, index: 0, path: "config")
        }
        #expect(none?.reason.contains("no order line") == true)
        #expect(throws: FileFault.self) { try config.address(of: .frontend, index: -1, path: "config") }
    }

    @Test(arguments: [
        "frontend", "frontend,", "frontend,a", "frontend,a:", "frontend,:80", "frontend,a:0",
        "frontend,a:65536",
        "frontend,a:8080,b", "frontend,a:-1", "frontend,a:+80", "frontend,a:80x", "frontend,a:000080",
        "frontend,a b:80", "frontend,::1:80",
        "frontend,[]:80", "frontend,http://a:80", "backend,a:80", "Frontend,a:80", ",a:80", "a:80",
        "frontend;a:80",
        "frontend,bü:80", "client,a:80",
    ])
    func namesTheLineThatIsMalformed(line: String) {
        let fault = #expect(throws: FileFault.self) { try parse("# first\norder,o:1\n\n\(line)\n") }
        #expect(fault?.path == "config")
        #expect(fault?.line == 4)
    }

    @Test func refusesAnAddressUsedTwice() {
        let fault = #expect(throws: FileFault.self) { try parse("frontend,a:1\ncatalog,a:2\norder,a:1\n") }
        #expect(fault?.description == "config:3: a:1 is already used in line 1")
    }

    @Test(arguments: [
        "localhost:1", "127.0.0.1:65535", "[::1]:8000", "[fe80::1%eth0]:8000", "my-host.example:80",
    ])
    func addressesReadBack(text: String) throws {
        let address = try #require(ServerAddress(parsing: text))
        #expect(address.description == text)
        #expect(ServerAddress(parsing: address.description) == address)
    }

    @Test func eachTierHasItsOwnPort() {
        #expect(Tier.frontend.defaultPort == 8000)
        #expect(Tier.catalog.defaultPort == 8001)
        #expect(Tier.order.defaultPort == 8002)
    }
}

@Suite struct FileLinesTests {
    private func lines(_ text: String) -> [String] { FileLines(text).map { "\($0.number) \($0.line)" } }

    @Test func countsSkippedBlankAndCommentLines() {
        #expect(lines("a\n\n  \t\n# no\nb\n#\nc") == ["1 a", "5 b", "7 c"])
        #expect(lines("") == [])
        #expect(lines("\n\n") == [])
        #expect(lines(" # indented") == ["1  # indented"])
    }

    @Test func dropsByteOrderMarkAndCarriageReturns() {
        #expect(lines("\u{FEFF}a\r\nb\r\n\r\nc\r") == ["1 a", "2 b", "4 c"])
        #expect(lines("\u{FEFF}# no\r\na") == ["2 a"])
        // One carriage return ends a line; another would be part of it.
        #expect(FileLines("a\r\r\n").map { Array($0.line.utf8) } == [Array("a\r".utf8)])
    }

    @Test func breaksAtLineFeedsOnly() {
        #expect(lines("a\u{2028}b\u{85}c\rd") == ["1 a\u{2028}b\u{85}c\rd"])
        // A mark after a line feed does not join the lines.
        #expect(FileLines("a\n\u{301}b").map { Array($0.line.unicodeScalars) } == [["a"], ["\u{301}", "b"]])
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.8.9.10", true), ("localhost", true), ("::1", true),
        ("0.0.0.0", false), ("127.evil.example.com", false), ("127.0.0", false), ("127.0.0.256", false),
        ("10.0.0.1", false), ("::", false), ("catalog", false), ("127.0.0.1.example", false),
    ]) func knowsWhatOnlyThisMachineReaches(host: String, isLoopback: Bool) {
        #expect(ServerAddress(host: host, port: 1).isLoopback == isLoopback)
    }
}
