/// Which servers the store consists of: the `config` file, one `type,host:port` a line. Several lines of
/// one type are replicas. Beside the tiers a line of the type `storefront` may say where the web shop listens;
/// a store without such a line has no shop.
package struct ServerConfig: Equatable, Sendable {
    /// The servers of each type, in the file's order.
    package private(set) var servers: [Tier: [ServerAddress]]

    /// The web shops, in the file's order. A shop is no tier: the store works without one.
    package private(set) var storefronts: [ServerAddress] = []

    /// The type of a web shop's line.
    package static let storefrontType = "storefront"
    /// Where a web shop listens when no configuration says otherwise.
    package static let storefrontDefault = ServerAddress(host: "127.0.0.1", port: 8080)

    /// Takes the servers as given.
    package init(servers: [Tier: [ServerAddress]], storefronts: [ServerAddress] = []) {
        self.servers = servers
        self.storefronts = storefronts
    }

    /// One server of each type, and a shop, on the loopback address and the default ports.
    package static let local = ServerConfig(
        servers: Dictionary(
            uniqueKeysWithValues: Tier.allCases.map {
                ($0, [ServerAddress(host: "127.0.0.1", port: $0.defaultPort)])
            }), storefronts: [storefrontDefault])

    /// Reads the text of a `config` file. Blank lines and lines that start with `#` are skipped.
    ///
    /// - Parameter path: how the file is named in errors.
    /// - Throws: ``FileFault`` with the first malformed line.
    package init(parsing text: String, path: String) throws(FileFault) {
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
    package func address(of tier: Tier, index: Int, path: String) throws(FileFault) -> ServerAddress {
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
    package func storefront(index: Int, path: String) throws(FileFault) -> ServerAddress {
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

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}
