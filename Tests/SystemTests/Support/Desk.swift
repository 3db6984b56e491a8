import Foundation
import Model
import TestSupport
import Testing

/// A shop with its desk, and a browser that may be signed in.
struct Desk: Sendable {
    static let password = "a long desk password"

    let port: Int
    var cookie = ""

    struct Page: Sendable {
        let status: Int
        let location: String?
        let cookies: [String]
        let body: String

        /// The value of an input of the page; nil if the page has none of this name.
        func value(_ name: String) -> String? {
            body.components(separatedBy: "<input ").dropFirst().first {
                $0.contains("name=\"\(name)\"")
            }.map { Self.attribute("value", in: $0) ?? "" }
        }

        private static func attribute(_ name: String, in tag: String) -> String? {
            let tag = tag.prefix { $0 != ">" }
            return tag.components(separatedBy: " \(name)=\"").dropFirst().first?
                .components(separatedBy: "\"").first
        }
    }

    func send(_ method: String, _ target: String, _ fields: [String: String]? = nil) async throws
        -> Page
    {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-.")
        let body = (fields ?? [:]).map { name, value in
            name + "=" + (value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")
        }.joined(separator: "&")
        let (port, cookie) = (port, cookie)
        let text = try await onThread {
            let connection = try RawConnection(port: port)
            var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            if !cookie.isEmpty { head += "Cookie: \(cookie)\r\n" }
            if fields != nil {
                head += "Content-Type: application/x-www-form-urlencoded\r\n"
                head += "Content-Length: \(body.utf8.count)\r\n"
            }
            try connection.send(head + "\r\n" + body)
            return try connection.receiveAll()
        }
        let parts = text.components(separatedBy: "\r\n\r\n")
        let lines = parts[0].components(separatedBy: "\r\n")
        func values(_ name: String) -> [String] {
            lines.filter { $0.lowercased().hasPrefix(name + ": ") }.map {
                String($0.dropFirst(name.count + 2))
            }
        }
        return Page(
            status: Int(lines[0].split(separator: " ")[1]) ?? 0, location: values("location").first,
            cookies: values("set-cookie").map { String($0.prefix { $0 != ";" }) },
            body: parts.dropFirst().joined(separator: "\r\n\r\n"))
    }

    /// The page that a form of another page leads to, with the hidden fields that it carries.
    func submit(_ target: String, of page: Page, _ typed: [String: String]) async throws -> Page {
        var fields: [String: String] = [:]
        let form = Page(
            status: 0, location: nil, cookies: [],
            body: page.body.components(separatedBy: "action=\"\(target)\"").dropFirst().first?
                .components(separatedBy: "</form>").first ?? "")
        for tag in form.body.components(separatedBy: "<input ").dropFirst() {
            guard let name = tag.components(separatedBy: "name=\"").dropFirst().first else {
                continue
            }
            let key = String(name.prefix { $0 != "\"" })
            fields[key] = form.value(key)
        }
        return try await send("POST", target, fields.merging(typed) { $1 })
    }
}

/// Runs `body` with a store and a desk at which the owner `ann` is signed in.
///
/// - Parameter environment: what the shop is told besides the desk's password.
func withDesk(
    environment: [String: String] = [:], _ body: (Store, Desk) async throws -> Void
) async throws {
    try await withStoppedStore { store in
        try await store.start()
        try await withShop(of: store, environment: environment) { shop in
            try await store.addKeeper("ann", "owner")
            try await body(store, try await signedIn(shop))
        }
    }
}

/// Runs `body` with a shop in front of a running store, at whose desk nobody is signed in.
func withShop(
    of store: Store, environment: [String: String] = [:], _ body: (Desk) async throws -> Void
) async throws {
    let port = try FreePort.find()
    let servers = try String(contentsOfFile: store.path("config"), encoding: .utf8)
    let index = servers.components(separatedBy: "storefront,").count - 1
    try store.write(servers + "storefront,127.0.0.1:\(port)\n", to: "config")
    let shop = try ServerProcess(
        "storefront-\(index)", Program.bookstore, ["storefront", "--supervised", "--index", "\(index)"],
        in: store.folder,
        environment: environment.merging(["BOOKSTORE_DESK_PASSWORD": Desk.password]) { own, _ in own })
    defer { shop.end() }
    try await eventually("the shop listens") {
        guard shop.isRunning else { throw ServerProcess.Failed(description: shop.errors) }
        return shop.errors.contains("storefront listens on")
    }
    try await body(Desk(port: port))
}

extension Store {
    /// Adds a keeper, with the password of all of them.
    func addKeeper(_ name: String, _ role: String) async throws {
        let answer = try await send(
            "POST", "/keeper", to: .frontend, headers: ["Content-Type": "application/json"],
            body: #"{"name":"\#(name)","role":"\#(role)","password":"\#(Desk.password)"}"#)
        #expect(answer.status == 200, "\(answer)")
    }
}

/// The desk with a browser at which a keeper signs in.
func signedIn(_ desk: Desk, keeper: String = "ann", page: String = "/desk") async throws -> Desk {
    let answer = try await desk.send(
        "POST", "/desk/sign-in", ["keeper": keeper, "password": Desk.password, "to": page])
    #expect(answer.status == 303 && answer.location == page, "\(answer)")
    var desk = desk
    desk.cookie = answer.cookies.joined(separator: "; ")
    return desk
}
