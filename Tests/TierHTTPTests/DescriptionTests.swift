import Crypto
import Foundation
import Model
import NIOCore
import TestSupport
import Testing
import TierHTTP

@testable import StoreAPI

/// A tier's description of its API, and JSON bodies.
@Suite struct DescriptionTests {
    private func document() throws -> [String: Any] {
        let routes = Endpoint.all.map { Route($0) { _ in throw StoreError.keyReused } }
        let json = OpenAPIDocument(tier: "test", routes: routes).json
        return try #require(
            try JSONSerialization.jsonObject(with: Data(json.readableBytesView)) as? [String: Any])
    }

    /// Every named schema exists, and every existing one is named.
    @Test func schemasAreWhole() throws {
        let document = try document()
        let components = try #require(document["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: Any])
        var named: Set<String> = []
        func look(_ value: Any) {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String {
                    #expect(reference.hasPrefix("#/components/schemas/"))
                    named.insert(String(reference.dropFirst("#/components/schemas/".count)))
                }
                object.values.forEach(look)
            } else if let array = value as? [Any] {
                array.forEach(look)
            }
        }
        look(document)
        #expect(named == Set(schemas.keys))
    }

    @Test func describesParametersBodiesAndRefusals() throws {
        let paths = try #require(try document()["paths"] as? [String: [String: [String: Any]]])
        let lookup = try #require(paths["/lookup"]?["get"])
        #expect((lookup["parameters"] as? [[String: Any]])?.first?["name"] as? String == "item_number")
        let responses = try #require(lookup["responses"] as? [String: Any])
        #expect(Set(responses.keys).isSuperset(of: ["200", "400", "404", "405", "431", "503"]))
        #expect((paths["/book"]?["get"]?["responses"] as? [String: Any])?["401"] != nil)
        let inPath = try #require(paths["/lookup/{item_number}"]?["get"])
        #expect((inPath["parameters"] as? [[String: Any]])?.first?["in"] as? String == "path")
        #expect(paths["/updates"]?["post"]?["requestBody"] != nil)
    }

    @Test func isServedByEveryTier() async throws {
        try await withServer { server in
            let document = try request("GET", "/openapi.json", port: server.port)
            #expect(document.json["openapi"] as? String == "3.1.0")
            let page = try request("GET", "/docs", port: server.port)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(page.body.hasPrefix("<!doctype html>") && page.body.contains("/livez"))
            // The page loads nothing from other servers.
            #expect(!page.body.contains("http://") && !page.body.contains("https://"))
        }
    }

    /// The policy allows only the page's style, by its digest.
    @Test func thePagePolicyAllowsOnlyItsStyle() async throws {
        let digest = Data(SHA256.hash(data: Data(DocsStyle.sheet.utf8))).base64EncodedString()
        #expect(DocsStyle.digest == "sha256-\(digest)", "the style has changed: this is its digest now")
        try await withServer { server in
            let page = try request("GET", "/docs", port: server.port)
            #expect(page.body.contains("<style>\(DocsStyle.sheet)</style>"))
            #expect(
                page.headers["content-security-policy"]
                    == "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'; "
                    + "frame-ancestors 'none'")
            #expect(page.headers["referrer-policy"] == "no-referrer")
            for (target, status) in [
                ("/docs", 200), ("/openapi.json", 200), ("/metrics", 200), ("/nothing", 404),
                ("/broken", 500),
            ] {
                let reply = try request("GET", target, port: server.port)
                #expect(reply.status == status)
                #expect(reply.headers["x-content-type-options"] == "nosniff", "\(target)")
            }
        }
    }

    @Test func itsColoursHaveEnoughContrast() {
        let colours = StyleColours(DocsStyle.sheet)
        #expect(colours.unnamed == [] && colours.faint(below: 4.5) == [])
        #expect(colours.pairs.contains(.init(text: "link", ground: "paper")))
    }

    /// Each request has a line to try it, with everything that it needs.
    @Test func everyRequestHasAnExample() throws {
        let routes = Endpoint.all.map { Route($0) { _ in throw StoreError.keyReused } }
        let page = String(buffer: DocsPage(tier: "catalog", routes: routes).html)
        #expect(page.matches(of: #/<pre><code>curl /#).count == routes.count)
        for route in routes {
            let line = route.exampleLine(port: 8001)
            #expect(line.hasPrefix("curl ") && line.contains("'127.0.0.1:8001/\(route.name)"), "\(line)")
            for parameter in route.doc?.parameters ?? [] where parameter.isRequired {
                #expect(line.localizedCaseInsensitiveContains(parameter.name), "\(line)")
            }
            #expect(line.contains("--data-binary") == (route.doc?.body != nil), "\(line)")
            #expect(line.contains("Authorization: Bearer $TOKEN") == route.isGuarded, "\(line)")
        }
    }

    @Test(arguments: [
        "", "null", "[]", "1", "\"a\"", "{", #"{"a":1"#, #"{"a":1}x"#, #"{"b":1}"#, "{\"a\":\"\u{1}\"}",
        String(repeating: "[", count: 5_000),
    ]) func refusesWhatIsNoSuchObject(text: String) {
        #expect(throws: StoreError.self) { _ = try JSONBody(ByteBuffer(string: text), known: ["a"]) }
    }

    @Test func readsMembersStrictly() throws {
        let text =
            #"{"text":"ü","number":7,"null":null,"half":1.5,"yes":true,"list":[{"x":1}],"none":[],"big":1e30}"#
        let body = try JSONBody(
            ByteBuffer(string: text),
            known: ["text", "number", "null", "half", "yes", "list", "none", "big", "missing"])
        #expect(try body.text("text") == "ü" && body.text("null") == nil && body.text("missing") == nil)
        #expect(try body.integer("number", in: 0...9) == 7 && body.integer("null", in: 0...9) == nil)
        for name in ["text", "half", "yes", "list", "big"] {
            #expect(throws: StoreError.self) { _ = try body.integer(name, in: 0...9) }
        }
        #expect(throws: StoreError.self) { _ = try body.integer("number", in: 0...6) }
        for name in ["number", "yes", "list"] {
            #expect(throws: StoreError.self) { _ = try body.text(name) }
        }
        #expect(try body.objects("list", known: ["x"], countMax: 1).count == 1)
        for name in ["none", "text", "missing"] {
            #expect(throws: StoreError.self) { _ = try body.objects(name, known: ["x"], countMax: 1) }
        }
        let fault = #expect(throws: StoreError.self) {
            _ = try body.objects("list", known: ["y"], countMax: 1)
        }
        #expect(fault == .invalid("list[0].x is not known here"))
    }
}
