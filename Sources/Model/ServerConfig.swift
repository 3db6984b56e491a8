/// One of the store's kinds of server.
public enum Tier: String, CaseIterable, Sendable {
    /// Books, prices, stock and the stock ledger.
    case catalog
    /// Orders.
    case order
    /// The dispatcher that clients talk to.
    case frontend

    /// The port a tier listens on when no configuration says otherwise.
    public var defaultPort: Int {
        switch self {
        case .frontend: 8000
        case .catalog: 8001
        case .order: 8002
        }
    }
}

/// Where a server listens.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    /// The TCP port, 1 … 65535.
    public let port: Int

    /// Takes checked parts as they are.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, `a.b.c.d:port` or `[v6]:port`.
    public init?(parsing text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        guard let port = Decimal.digits(text[text.index(after: colon)...].utf8, digitCountMax: 5),
            (1...65535).contains(port)
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        else { return nil }
        self.init(host: String(host), port: Int(port))
    }

    /// Whether only this machine can reach the address: `localhost`, 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { (Decimal.digits($0.utf8, digitCountMax: 3) ?? 256) <= 255 }
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Which servers the store consists of: the `config` file, one `type,host:port` a line. Several lines of
/// one type are replicas. Beside the tiers a line of the type `storefront` may say where the web shop listens;
/// a store without such a line has no shop.
public struct ServerConfig: Equatable, Sendable {
    /// The servers of each type, in the file's order.
    public private(set) var servers: [Tier: [ServerAddress]]

    /// The web shops, in the file's order. A shop is no tier: the store works without one.
    public private(set) var storefronts: [ServerAddress] = []

    /// The type of a web shop's line.
    public static let storefrontType = "storefront"
    /// Where a web shop listens when no configuration says otherwise.
    public static let storefrontDefault = ServerAddress(host: "127.0.0.1", port: 8080)

    /// Takes the servers as given.
    public init(servers: [Tier: [ServerAddress]], storefronts: [ServerAddress] = []) {
        self.servers = servers
        self.storefronts = storefronts
    }

    /// One server of each type, and a shop, on the loopback address and the default ports.
    public static let local = ServerConfig(
        servers: Dictionary(
            uniqueKeysWithValues: Tier.allCases.map {
                ($0, [ServerAddress(host: "127.0.0.1", port: $0.defaultPort)])
            }), storefronts: [storefrontDefault])

    /// Reads the text of a `config` file. Blank lines and lines that start with `#` are skipped.
    ///
    /// - Parameter path: how the file is named in errors.
    /// - Throws: ``FileFault`` with the first malformed line.
    public init(parsing text: String, path: String) throws(FileFault) {
        servers = [:]
        var seen: [ServerAddress: Int] = [:]
        for (number, line) in FileLines(text) {
            do throws(LineFault) {
                let (type, address) = try Self.parse(line)
                if let first = seen.updateValue(number, forKey: address) {
                    throw LineFault("\(address) is already used in line \(first)")
                }
                if let tier = Tier(rawValue: type) {
                    servers[tier, default: []].append(address)
                } else {
                    storefronts.append(address)
                }
            } catch {
                throw FileFault(path: path, line: number, reason: error.reason)
            }
        }
    }

    /// The address of the `index`-th server of a type.
    ///
    /// - Throws: ``FileFault`` when the file does not name it.
    public func address(of tier: Tier, index: Int, path: String) throws(FileFault) -> ServerAddress {
        let addresses = servers[tier] ?? []
        guard addresses.indices.contains(index) else {
            let has =
                addresses.isEmpty
                ? "no \(tier.rawValue) line" : "only \(addresses.count) \(tier.rawValue) line(s)"
            throw FileFault(
                path: path,
                reason: "has \(has), so --index \(index) names none; add a line '\(tier.rawValue),HOST:PORT'")
        }
        return addresses[index]
    }

    /// The address of the `index`-th web shop; the first has a default where the file names none.
    ///
    /// - Throws: ``FileFault`` when the file does not name it.
    public func storefront(index: Int, path: String) throws(FileFault) -> ServerAddress {
        if storefronts.isEmpty, index == 0 { return Self.storefrontDefault }
        guard storefronts.indices.contains(index) else {
            throw FileFault(
                path: path,
                reason: "has \(storefronts.count) storefront line(s), so --index \(index) names none")
        }
        return storefronts[index]
    }

    private static func parse(_ line: Substring) throws(LineFault) -> (type: String, ServerAddress) {
        let parts = line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingSpaces() }
        guard parts.count == 2 else {
            throw LineFault("expected type,host:port, found \(ShownText.quoted(line))")
        }
        let type = String(parts[0])
        guard Tier(rawValue: type) != nil || type == storefrontType else {
            throw LineFault(
                "unknown type \(ShownText.quoted(type)); the types are frontend, catalog and order, and storefront for a web shop"
            )
        }
        guard let address = ServerAddress(parsing: parts[1]) else {
            throw LineFault("\(ShownText.quoted(parts[1])) is not host:port with a port from 1 to 65535")
        }
        return (type, address)
    }
}

/// The meaningful lines of a text file with their numbers from 1: blank lines and `#` comments are
/// skipped, a byte-order mark and carriage returns at line ends are dropped.
public struct FileLines: Sequence, IteratorProtocol {
    private var rest: Substring
    private var number = 0

    /// Lines of `text`.
    public init(_ text: String) {
        rest = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    }

    /// The next meaningful line, without its line break.
    public mutating func next() -> (number: Int, line: Substring)? {
        while !rest.isEmpty {
            let end = rest.utf8.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            var line = rest[..<end]
            rest = end == rest.endIndex ? "" : rest[rest.utf8.index(after: end)...]
            if line.utf8.last == UInt8(ascii: "\r") { line = Substring(line.unicodeScalars.dropLast()) }
            number += 1
            if line.utf8.first == UInt8(ascii: "#") || line.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
                continue
            }
            return (number, line)
        }
        return nil
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
