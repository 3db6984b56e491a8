import Monitoring
import Testing

@Suite struct TraceContextTests {
    private static let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test(arguments: ["00", "01"]) func readsAndWritesTheStandardExample(flags: String) throws {
        let field = Self.example.dropLast(2) + flags
        let trace = try #require(TraceContext(parsing: String(field)))
        #expect(trace.field == field)
        #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    }

    @Test func keepsTheSampledFlagAndNoOther() throws {
        let trace = try #require(TraceContext(parsing: String(Self.example.dropLast(2) + "ff")))
        #expect(trace.field == Self.example)
    }

    @Test(arguments: [
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings",
    ])
    func readsLaterVersionsAsItsOwn(field: String) throws {
        #expect(try #require(TraceContext(parsing: field)).field == Self.example)
    }

    @Test(arguments: [
        "", "00", String(example.dropLast()), example + "0", example + "-",
        // Version 255 is forbidden, and version 0 has a fixed length.
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", example + "-more",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
        // All zeros mean: no trace, no span.
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        // Upper case, other characters, dashes in other places.
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
        "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0 ",
        "00 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 01",
        String(repeating: "é", count: 30),
    ])
    func refusesWhatIsMalformed(field: String) {
        #expect(TraceContext(parsing: field) == nil)
    }

    @Test func newTracesDifferAndReadBack() throws {
        var random = FastRandom(seed: 0)
        let traces = (0..<1_000).map { _ in TraceContext(using: &random) }
        #expect(Set(traces.map(\.traceID)).count == 1_000)
        for trace in traces { #expect(TraceContext(parsing: trace.field) == trace) }
    }

    @Test func aChildKeepsTheTraceWithANewSpan() throws {
        var random = FastRandom(seed: 0)
        for flags in ["00", "01"] {
            let parent = try #require(TraceContext(parsing: String(Self.example.dropLast(2) + flags)))
            let child = parent.child(using: &random)
            #expect(child.traceID == parent.traceID)
            #expect(child.field.hasSuffix(flags))
            #expect(child.field != parent.field)
            #expect(TraceContext(parsing: child.field) == child)
        }
    }

    @Test func seededNumbersRepeat() {
        var left = FastRandom(seed: 5)
        var right = FastRandom(seed: 5)
        let numbers = (0..<100).map { _ in left.next() }
        #expect(numbers == (0..<100).map { _ in right.next() })
        #expect(Set(numbers).count == 100)
    }
}
