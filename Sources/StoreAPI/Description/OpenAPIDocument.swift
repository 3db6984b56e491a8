internal import Foundation
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// `/openapi.json`: the documented routes of a tier as OpenAPI 3.1.
struct OpenAPIDocument {
    let tier: String
    let routes: [Route]

    /// Statuses that any request may get, whatever it asks for.
    private static let always = [405, 408, 413, 421, 431, 503]

    /// The document as JSON.
    var json: ByteBuffer {
        var paths: [String: Any] = [:]
        for route in routes {
            guard let doc = route.doc else { continue }
            let there = paths["/" + route.name] as? [String: Any] ?? [:]
            paths["/" + route.name] = item(route, doc, inPath: false).merging(there) { $1 }
            if let name = doc.pathParameter {
                paths["/\(route.name)/{\(name)}"] = item(route, doc, inPath: true)
            }
        }
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "My Book Store, \(tier)", "version": "1.0.0",
                "description": "Every error is a problem of RFC 9457 whose detail can be shown to a person.",
            ],
            "paths": paths,
            "components": [
                "schemas": Self.schemas(of: Endpoint.all.map(\.doc) + routes.compactMap(\.doc)),
                "securitySchemes": [
                    "token": ["type": "http", "scheme": "bearer"],
                    "session": ["type": "apiKey", "in": "header", "name": SessionSecret.field],
                ],
            ],
        ]
        let options: JSONSerialization.WritingOptions = [
            .sortedKeys, .prettyPrinted, .withoutEscapingSlashes,
        ]
        return ByteBuffer(
            bytes: (try? JSONSerialization.data(withJSONObject: document, options: options)) ?? Data())
    }

    private func item(_ route: Route, _ doc: RouteDoc, inPath: Bool) -> [String: Any] {
        var item: [String: Any] = [:]
        for method in route.methods where method != .HEAD {
            item[method.rawValue.lowercased()] = operation(route, doc, method: method, inPath: inPath)
        }
        return item
    }

    private func operation(
        _ route: Route, _ doc: RouteDoc, method: HTTPMethod, inPath: Bool
    ) -> [String: Any] {
        var operation: [String: Any] = [
            "summary": doc.summary,
            "operationId": "\(method.rawValue.lowercased())_\(route.name)\(inPath ? "_in_path" : "")",
            "parameters": doc.parameters.map {
                parameter($0, inPath: inPath && $0.name == doc.pathParameter)
            },
            "responses": responses(route, doc),
        ]
        if let body = doc.body {
            operation["requestBody"] = [
                "required": true, "content": [body.contentType: ["schema": body.schema.json]],
            ]
        }
        if let right = route.right { operation["security"] = Self.security(right) }
        return operation
    }

    /// The token alone, with a keeper's session, or nothing where the store has no token.
    private static func security(_ right: KeeperRight) -> [[String: [String]]] {
        let signedIn: [[String: [String]]] = right == .signIn ? [] : [["token": [], "session": []]]
        return [["token": []]] + signedIn + [[:]]
    }

    private func parameter(_ parameter: RouteDoc.Parameter, inPath: Bool) -> [String: Any] {
        [
            "name": parameter.name, "in": inPath ? "path" : parameter.place.rawValue,
            "required": inPath || parameter.isRequired, "description": parameter.meaning,
            "schema": Self.schema(parameter.value),
        ]
    }

    private func responses(_ route: Route, _ doc: RouteDoc) -> [String: Any] {
        var responses: [String: Any] = [
            "200": [
                "description": "Done.",
                "content": [doc.contentType: ["schema": doc.success.json]],
            ]
        ]
        // A head or a path may be malformed in any request.
        var statuses = Set(doc.refusals + [400] + Self.always)
        if route.isGuarded { statuses.insert(401) }
        if route.isKeptFromOtherSites { statuses.insert(403) }
        if route.takesJSON { statuses.insert(415) }
        for status in statuses {
            responses[String(status)] = [
                "description": StoreAPI.meaning(of: status),
                "content": [
                    TierResponse.ContentType.problem.rawValue: ["schema": Schema.problem.json]
                ],
            ]
        }
        guard route.isPurchase else { return responses }
        return responses.mapValues { response in
            var named = response as? [String: Any] ?? [:]
            named["headers"] = [
                "Idempotency-Key": [
                    "description":
                        "The purchase's key, sent or made: the same again gets the first outcome. Absent where the sent one is malformed.",
                    "schema": ["type": "string"],
                ]
            ]
            return named
        }
    }

    /// The schemas that some routes name, and those that these name. Every tier shows all of the store's.
    private static func schemas(of docs: [RouteDoc]) -> [String: Any] {
        var schemas: [String: Any] = [:]
        var named = docs.flatMap { [$0.success] + [$0.body?.schema].compactMap(\.self) } + [.problem]
        while let schema = named.popLast() {
            named += schema.inner
            if let name = schema.name { schemas[name] = schema.definition }
        }
        return schemas
    }

    private static func schema(_ value: RouteDoc.Value) -> [String: Any] {
        switch value {
        case .line(let byteCountMax): ["type": "string", "minLength": 1, "maxLength": byteCountMax]
        case .pattern(let pattern): ["type": "string", "pattern": pattern]
        case .integer(let range):
            ["type": "integer", "minimum": range.lowerBound, "maximum": range.upperBound]
        case .choice(let choices): ["enum": choices]
        }
    }
}
