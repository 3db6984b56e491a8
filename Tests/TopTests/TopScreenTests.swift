import Model
import Testing

@testable import Top

@Suite struct TopScreenTests {
    private let page = """
        process_start_time_seconds 1000
        process_cpu_seconds_total 30
        process_resident_memory_bytes 45000000
        http_server_open_connections 64
        http_server_requests_total{route="/buy",outcome="success"} 2460
        http_server_requests_total{route="/buy",outcome="failed"} 1
        http_server_requests_total{route="/buy",outcome="error"} 0
        http_server_requests_total{route="/search",outcome="success"} 0
        http_server_requests_total{route="/orders",outcome="success"} 3
        http_server_requests_total{route="/livez",outcome="success"} 9
        http_server_active_requests{route="/buy"} 12
        http_server_request_duration_seconds_bucket{route="/buy",outcome="success",le="0.001"} 0
        http_server_request_duration_seconds_bucket{route="/buy",outcome="success",le="0.002"} 2460
        http_server_request_duration_seconds_bucket{route="/buy",outcome="success",le="+Inf"} 2460
        http_client_requests_total{peer="catalog",route="/update",outcome="error"} 60
        http_client_active_requests{peer="catalog",route="/update"} 0
        bookstore_commit_batch_size_count 120
        bookstore_commit_batch_size_sum 2460
        bookstore_commit_waiting 7
        bookstore_takes_updates 1
        """

    private func views(_ page: String) throws -> [ServerView] {
        let change = MetricsChange(now: try MetricsPage(parsing: page), before: nil, seconds: 60)
        let address = ServerAddress(host: "127.0.0.1", port: 8000)
        return [
            ServerView(name: "order", address: address, state: .up(.init(change, at: 1060))),
            ServerView(
                name: "catalog", address: ServerAddress(host: "127.0.0.1", port: 8001),
                state: .down("the catalog server is out of reach")),
        ]
    }

    @Test func showsEachServerAndWhatItDoes() throws {
        let lines = TopScreen(width: 100, height: 40).lines(
            try views(page), time: "12:00:00", intervalSeconds: 1)
        let expected = [
            "My Book Store  12:00:00  every 1 s  1 of 2 servers up  q ends",
            "  served, > called              /s sold out refused errors  p50 ms  p99 ms  busy",
            "order  1 of 1 up                41     <0.1       0      0    1.50    1.99    12",
            "catalog  0 of 1 up               0        0       0      0       -       -     0", "",
            "order 127.0.0.1:8000  up 1 m 0 s  cpu 50 %  45 MB  64 connections  (since its start)",
            "  /buy                          41     <0.1       0      0    1.50    1.99    12",
            "  /orders                      0.1        0       0      0       -       -     0",
            "> catalog /update                1        0       0      1       -       -     0",
            "  commits 2/s  batch mean 21 p99 -  sync p50 - p99 - ms  waiting 7", "",
            "catalog 127.0.0.1:8001  DOWN  the catalog server is out of reach",
        ]
        #expect(lines.map(\.text) == expected)
        #expect(
            lines.map(\.style) == [
                .faint, .faint, .plain, .alarm, .plain, .title, .plain, .plain, .warning, .plain, .plain,
                .alarm,
            ])
    }

    @Test func namesServersThatAreOutOfUse() throws {
        let out = #"bookstore_peer_out{peer="catalog",server="h:1"} 1"#
        let lines = TopScreen(width: 100, height: 40).lines(
            try views(page + "\n" + out + "\n" + #"bookstore_peer_out{peer="catalog",server="h:2"} 0"#),
            time: "12:00:00", intervalSeconds: 1)
        #expect(lines.contains(TopScreen.Line(text: "  out of use: catalog h:1", style: .alarm)))
        let texts = TopLines.lines(try views(page + "\n" + out), time: "t")
        #expect(texts.first?.hasSuffix(#" out_of_use="catalog h:1""#) == true)
    }

    @Test func fitsTheWindow() throws {
        for (width, height) in [(40, 6), (20, 4), (80, 8), (0, 0)] {
            let screen = TopScreen(width: width, height: height)
            let lines = screen.lines(try views(page), time: "12:00:00", intervalSeconds: 1)
            #expect(lines.count <= max(4, height))
            #expect(lines.allSatisfy { $0.text.count <= max(20, width) })
            #expect(lines.last?.text.hasPrefix("…") == true)
        }
    }

    /// All idle operations together take one line.
    @Test func foldsIdleRoutes() throws {
        let now = try MetricsPage(parsing: page)
        let change = MetricsChange(now: now, before: now, seconds: 1)
        let view = ServerView(
            name: "order", address: ServerAddress(host: "127.0.0.1", port: 8002),
            state: .up(.init(change, at: 1060)))
        let lines = TopScreen(width: 80, height: 24).lines([view], time: "T", intervalSeconds: 1)
        // A route with requests in flight is not idle.
        #expect(
            lines.map(\.text).suffix(4) == [
                "order 127.0.0.1:8002  up 1 m 0 s  cpu 0 %  45 MB  64 connections",
                "  /buy                           0        0       0      0       -       -    12",
                "  idle: /orders, catalog /update",
                "  commits 0/s  batch mean - p99 -  sync p50 - p99 - ms  waiting 7",
            ])
    }

    /// When every operation is active, the list is longer than the window, and all of it can be reached.
    @Test(arguments: [(80, 24), (160, 45), (40, 6)])
    func scrolls(width: Int, height: Int) throws {
        let screen = TopScreen(width: width, height: height)
        let many = try (0..<9).flatMap { _ in try views(page) }
        let whole = TopScreen(width: width, height: .max).lines(many, time: "T", intervalSeconds: 1)
        var seen: Set<String> = []
        var offset = 0
        while true {
            let page = screen.page(many, time: "T", intervalSeconds: 1, offset: offset)
            #expect(page.offset == offset && page.lines.count == height)
            seen.formUnion(page.lines.map(\.text))
            let next = screen.page(
                many, time: "T", intervalSeconds: 1, offset: offset + page.shownCount)
            if next.offset == offset { break }
            offset = next.offset
        }
        #expect(seen.isSuperset(of: whole.map(\.text)))
        #expect(screen.page(many, time: "T", intervalSeconds: 1, offset: -5).offset == 0)
        let last = screen.page(many, time: "T", intervalSeconds: 1, offset: 1_000_000_000)
        #expect(last.offset == offset)
        #expect(last.lines.last?.text.contains("above, 0 more") == true, "\(last.lines)")
    }

    @Test func aTiersServersAreAddedUp() throws {
        let lines = TopScreen(width: 100, height: 60).lines(
            try views(page) + views(page), time: "T", intervalSeconds: 1)
        #expect(
            lines[2].text
                == "order  2 of 2 up                82     <0.1       0      0    1.50    1.99    24"
        )
        #expect(lines[3].text.hasPrefix("catalog  0 of 2 up "))
    }

    @Test func reportsThatATierStoppedWriting() throws {
        let broken = page.replacing("takes_updates 1", with: "takes_updates 0")
        let lines = TopScreen(width: 100, height: 40).lines(
            try views(broken), time: "12:00:00", intervalSeconds: 1)
        #expect(lines.contains { $0.style == .alarm && $0.text.contains("commits stopped") })
    }

    @Test func linesForPrograms() throws {
        let name = "T tier=order server=127.0.0.1:8000"
        #expect(
            TopLines.lines(try views(page), time: "T") == [
                "\(name) state=up seconds=60 cpu=0.500 memory_bytes=45000000 connections=64 shed_per_s=0",
                "\(name) served=\"/buy\" per_s=41.017 sold_out_per_s=0.017 refused_per_s=0 errors_per_s=0"
                    + " p50_ms=1.500 p99_ms=1.990 in_flight=12",
                "\(name) served=\"/orders\" per_s=0.050 sold_out_per_s=0 refused_per_s=0 errors_per_s=0"
                    + " p50_ms=- p99_ms=- in_flight=0",
                "\(name) called=\"catalog /update\" per_s=1 sold_out_per_s=0 refused_per_s=0 errors_per_s=1"
                    + " p50_ms=- p99_ms=- in_flight=0",
                "\(name) commits_per_s=2 batch_mean=20.500 sync_p50_ms=- sync_p99_ms=- waiting=7"
                    + " takes_updates=true",
                "T tier=catalog server=127.0.0.1:8001 state=down reason=\"the catalog server is out of reach\"",
            ])
    }
}

@Suite struct KeyReaderTests {
    @Test(
        arguments: [
            ("q", [.quit]), ("\u{1A}", [.suspend]), ("kj b", [.up, .down, .pageDown, .pageUp]),
            ("gG", [.top, .bottom]), ("\u{1B}[A\u{1B}OB", [.up, .down]),
            ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]), ("\u{1B}[H\u{1B}[4~", [.top, .bottom]),
            ("\u{1B}[1;5Aq", [.up, .quit]), ("\u{1B}[15~x\u{1B}\u{1B}q", [.top, .quit]), ("xyz\u{1B}", []),
        ] as [(String, [KeyReader.Key])])
    func readsWhatATerminalSends(bytes: String, keys: [KeyReader.Key]) {
        var reader = KeyReader()
        #expect(bytes.utf8.compactMap { reader.read($0) } == keys)
    }
}

@Suite struct FigureTests {
    @Test(arguments: [
        (0, "0"), (0.04, "<0.1"), (0.5, "0.5"), (3, "3"), (9.96, "10"), (12.4, "12"), (999.6, "1,000"),
        (24_031, "24,031"), (1_234_567, "1,234,567"), (-1_234, "-1,234"), (-123, "-123"), (.nan, "-"),
    ]) func counts(value: Double, text: String) { #expect(Figure.count(value) == text) }

    @Test(arguments: [
        (nil, "-"), (0, "0.000"), (0.000_084, "0.084"), (0.000_999_7, "1.00"), (0.001_614, "1.61"),
        (0.012_34, "12.3"), (0.099_97, "100"), (4.512_3, "4,512"),
    ]) func millis(seconds: Double?, text: String) { #expect(Figure.millis(ofSeconds: seconds) == text) }

    @Test(arguments: [
        (-1, "0 s"), (45.9, "45 s"), (725, "12 m 5 s"), (12_000, "3 h 20 m"), (187_200, "2 d 4 h"),
    ]) func spans(seconds: Double, text: String) { #expect(Figure.span(seconds) == text) }
}
