import Foundation
import Model
import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// JSON from outside: strict, exact, in linear time.
@Suite struct JSONReaderTests {
    private func read(_ text: String) throws(JSONFault) -> JSONValue {
        try JSONReader.value(in: ByteBuffer(string: text))
    }

    @Test func readsEveryKindOfValue() throws {
        let text = """
             { "a" : [ ] , "b":[1,-0.5,1e3],\t"c":{"d":{}},\r
            "e":[true,false,null], "f":"x\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fC\\ud83d\\uDCDA ü📚" }
            """
        let value = try read(text)
        #expect(
            value.members == [
                "a": .array([]), "b": .array([.number("1"), .number("-0.5"), .number("1e3")]),
                "c": .object(["d": .object([:])]), "e": .array([.bool(true), .bool(false), .null]),
                "f": .text("x\"\\/\u{8}\u{C}\n\r\tü📚 ü📚"),
            ])
        #expect(try read(" 7 ") == .number("7"))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#,
        #"{"a":}"#, #"{a:1}"#, "{'a':1}", #"{"a":1}x"#, #"{"a":1}{}"#, "[1]]", "01", "-", "+1", ".5", "1.",
        "1.e1", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity", "nul", "nulll", "True", "\"a", "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud800x\"",
        "\"a\nb\"", "\"a\tb\"", "\"\u{1}\"", "// x\n1", "/* */1", "\u{FEFF}1", "\u{A0}1", "\"\\\"",
    ]) func refusesWhatIsNotJSON(text: String) {
        #expect(throws: JSONFault.self) { _ = try read(text) }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        ] {
            #expect(throws: JSONFault.self) { _ = try JSONReader.value(in: ByteBuffer(bytes: bytes)) }
        }
        let wide = Array("{}".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(throws: JSONFault.self) { _ = try JSONReader.value(in: ByteBuffer(bytes: wide)) }
    }

    @Test func reportsADuplicateMember() {
        let fault = #expect(throws: JSONFault.self) {
            _ = try read(#"{"updates":[{"stock":1},{"stock":2,"stock":3}]}"#)
        }
        #expect(fault == JSONFault(place: ".updates[1].stock", reason: "is given twice"))
        // With an escape it is still the same name.
        #expect(throws: JSONFault.self) { _ = try read(#"{"a":1,"\u0061":2}"#) }
        let body = #expect(throws: StoreError.self) {
            _ = try JSONBody(ByteBuffer(string: #"{"a":1,"a":1}"#), known: ["a"])
        }
        #expect(body == .invalid("a is given twice"))
        let comma = #expect(throws: StoreError.self) {
            _ = try JSONBody(ByteBuffer(string: #"{"a":1,}"#), known: ["a"])
        }
        #expect(
            comma == .invalid("the body is not a JSON object: it has not a member's name in quotes at byte 7")
        )
    }

    @Test func nestingHasALimit() throws {
        let nested = { (depth: Int) in
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try read(nested(JSONReader.depthMax))
        let fault = #expect(throws: JSONFault.self) { _ = try read(nested(JSONReader.depthMax + 1)) }
        #expect(fault?.reason == "is nested deeper than 32 levels")
        #expect(throws: JSONFault.self) {
            _ = try read(String(repeating: #"{"a":"#, count: 500) + String(repeating: "}", count: 500))
        }
    }

    /// The issue's body took 53 s; here it has a hundred times as long as it needs in a debug build.
    @Test func takesTimeInProportionToTheLength() throws {
        let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        let bodies = [
            "[" + Array(repeating: deep, count: 60).joined(separator: ",") + "]",
            "["
                + Array(
                    repeating: String(repeating: "[", count: 30) + String(repeating: "]", count: 30),
                    count: 1_000
                )
                .joined(separator: ",") + "]",
            "{" + (0..<5_000).map { #""m\#($0)":0"# }.joined(separator: ",") + "}",
            "\"" + String(repeating: "\\u0061", count: 10_000) + "\"",
            String(repeating: "9", count: 60_000),
        ]
        let start = ContinuousClock.now
        for body in bodies { _ = try? read(body) }
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min), ("9223372036854775808", nil), ("5.0", 5), ("50e-1", 5),
            ("0.5e1", 5), ("1E2", 100), ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("1.5", nil),
            ("15e-1", nil), ("0e99999999999999999999", 0), ("1e99999999999999999999", nil),
            ("1e-9223372036854775808", nil), ("1e9223372036854775807", nil), ("-0.0", 0),
            ("9007199254740993", 9_007_199_254_740_993), ("9007199254740993.0", 9_007_199_254_740_993),
        ] as [(String, Int64?)])
    func numbersAreExact(spelling: String, value: Int64?) throws {
        #expect(try read(spelling).wholeNumber == value)
    }

    /// This reader reads random documents like Foundation.
    @Test func agreesWithFoundationOnRandomDocuments() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let document = randomValue(depth: 0, using: &random)
            let data = try JSONSerialization.data(
                withJSONObject: [document], options: Bool.random() ? [.prettyPrinted] : [])
            let value = try JSONReader.value(in: ByteBuffer(bytes: data))
            let again = try JSONSerialization.data(
                withJSONObject: plain(value), options: [.sortedKeys])
            let expected = try JSONSerialization.data(withJSONObject: [document], options: [.sortedKeys])
            #expect(again == expected)
            // No prefix of it is a document, and a changed byte never traps.
            let cut = data.prefix(Int.random(in: 0..<data.count, using: &random))
            #expect(throws: JSONFault.self) {
                _ = try JSONReader.value(in: ByteBuffer(bytes: trimmed(cut)))
            }
            var changed = data
            changed[Int.random(in: 0..<data.count, using: &random)] = UInt8.random(
                in: 0...255, using: &random)
            _ = try? JSONReader.value(in: ByteBuffer(bytes: changed))
        }
    }

    private func trimmed(_ data: Data) -> Data { Data(data) }

    private func randomValue(depth: Int, using random: inout SystemRandomNumberGenerator) -> Any {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &random) {
        case 0: return Int64.random(in: Int64.min...Int64.max, using: &random)
        case 1: return Bool.random(using: &random)
        case 2: return NSNull()
        case 3, 4: return randomText(using: &random)
        case 5:
            return (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                randomValue(depth: depth + 1, using: &random)
            }
        default:
            var members: [String: Any] = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                members[randomText(using: &random)] = randomValue(depth: depth + 1, using: &random)
            }
            return members
        }
    }

    private func randomText(using random: inout SystemRandomNumberGenerator) -> String {
        let scalars = (0..<Int.random(in: 0..<8, using: &random)).compactMap { _ in
            Unicode.Scalar(
                UInt32.random(in: 0...(Bool.random(using: &random) ? 0x7F : 0x1FFFF), using: &random))
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    private func plain(_ value: JSONValue) -> Any {
        switch value {
        case .null: NSNull()
        case .bool(let bool): bool
        case .text(let text): text
        case .number: value.wholeNumber ?? 0
        case .array(let values): values.map(plain)
        case .object(let members): members.mapValues(plain)
        }
    }
}
