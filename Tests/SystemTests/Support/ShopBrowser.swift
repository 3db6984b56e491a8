import Foundation
import Model
import TestSupport
import Testing

/// A browser without a screen: it keeps cookies and follows redirects.
final class ShopBrowser {
    let port: Int
    var cookies: [String: String] = [:]
    var path = ""
    var status = 0
    var page = ""

    init(port: Int) { self.port = port }

    func send(_ method: String, _ target: String, _ form: [String: String] = [:]) async throws {
        let body = form.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        let jar = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        if !jar.isEmpty { head += "Cookie: \(jar)\r\n" }
        if !body.isEmpty {
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
            head += "Content-Length: \(body.utf8.count)\r\n"
        }
        let text = try await onThread { [head, port] in
            let connection = try RawConnection(port: port)
            try connection.send(head + "\r\n" + body)
            return try connection.receiveAll()
        }
        let parts = text.components(separatedBy: "\r\n\r\n")
        var location: String?
        for line in parts[0].components(separatedBy: "\r\n") {
            let field = line.split(separator: ":", maxSplits: 1)
            guard field.count == 2 else { continue }
            let value = field[1].trimmingCharacters(in: .whitespaces)
            if field[0].lowercased() == "location" { location = value }
            if field[0].lowercased() == "set-cookie" { keep(value) }
        }
        (path, page) = (target, parts.dropFirst().joined(separator: "\r\n\r\n"))
        status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        if let location { try await send("GET", location) }
    }

    private func keep(_ cookie: String) {
        let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
        cookies[String(pair[0])] = cookie.contains("Max-Age=0") ? nil : String(pair.last ?? "")
    }

    func get(_ target: String) async throws { try await send("GET", target) }

    /// The form of the open page.
    func form() throws -> [String: String] {
        var form: [String: String] = [:]
        for name in ["item_number", "key", "cost"] {
            let rest = try #require(
                page.components(separatedBy: "name=\"\(name)\" value=\"").dropFirst().first)
            form[name] = String(rest.prefix { $0 != "\"" })
        }
        return form
    }

    func press(_ form: [String: String]? = nil) async throws {
        try await send("POST", "/buy", try form ?? self.form())
    }

    /// The fields of the open page's form that leads to `action`, as the page fills them in.
    func fields(of action: String) throws -> [String: String] {
        let rest = try #require(page.components(separatedBy: "action=\"\(action)\"").dropFirst().first)
        let form = rest.components(separatedBy: "</form>")[0]
        var fields: [String: String] = [:]
        for tag in form.components(separatedBy: "<input ").dropFirst() {
            let tag = tag.prefix { $0 != ">" }
            guard let name = tag.components(separatedBy: "name=\"").dropFirst().first,
                !tag.contains("type=\"radio\"") || tag.contains(" checked")
            else { continue }
            let value = tag.components(separatedBy: "value=\"").dropFirst().first ?? "\""
            fields[String(name.prefix { $0 != "\"" })] = String(value.prefix { $0 != "\"" })
        }
        return fields
    }

    /// Sends the open page's form that leads to `action`, with other values in some of its fields.
    func submit(_ action: String, _ typed: [String: String] = [:]) async throws {
        try await send("POST", action, try fields(of: action).merging(typed) { $1 })
    }
}

/// Runs `body` with a store and a shop in front of it.
func withRunningShop(
    books: String? = nil, _ body: (Store, _ port: Int) async throws -> Void
) async throws {
    try await withStore(books: books) { store in
        let port = try FreePort.find()
        let config = try String(contentsOfFile: store.path("config"), encoding: .utf8)
        try store.write(config + "storefront,127.0.0.1:\(port)\n", to: "config")
        let shop = try ServerProcess.shop(in: store.folder)
        defer { shop.end() }
        try await shop.waitForShop()
        try await body(store, port)
        shop.send(SIGTERM)
        #expect(try await shop.exit() == 0, "\(shop.errors)")
    }
}

extension ServerProcess {
    /// A shop by the config of a folder.
    static func shop(in folder: String) throws -> ServerProcess {
        try ServerProcess("storefront", Program.bookstore, ["storefront", "--supervised"], in: folder)
    }

    func waitForShop() async throws {
        try await eventually("the shop listens") {
            guard isRunning else { throw Failed(description: errors) }
            return errors.contains("storefront listens on")
        }
    }
}
