internal import CPQ
internal import Synchronization

/// Where a store's PostgreSQL is: a connection URL as libpq reads it, with several hosts and any of its options.
package struct StoreURL: Sendable, CustomStringConvertible {
    /// libpq's options, by their names.
    let options: [String: String]
    /// Which host answered last, of several: connections that are made from this URL share it.
    private let firstHost = FirstHost()

    /// Reads a URL. What it says is not repeated by any error: it may hold a secret.
    ///
    /// - Throws: ``PostgresError`` for a text that is no such URL, or one with a password in it; or where libpq is
    ///   not installed.
    package init(parsing text: String) throws(PostgresError) {
        guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else { throw Self.malformed }
        let pq = try PostgresLibrary.functions
        var fault: UnsafeMutablePointer<CChar>?
        guard let parsed = pq.conninfoParse(text, &fault) else { throw Self.malformed }
        defer { pq.conninfoFree(parsed) }
        var options: [String: String] = [:]
        var next = parsed
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        guard options["password"] == nil, options["sslpassword"] == nil else {
            throw PostgresError(
                .refused,
                """
                the store's URL has a password in it, which other users of this machine could read; leave it out and \
                give it by PGPASSWORD, a file ~/.pgpass or a service file
                """)
        }
        self.options = options
    }

    private static let malformed = PostgresError(
        .refused, "the store's URL is none of PostgreSQL, such as postgresql://user@host/database")

    /// Hosts, ports and database; nothing else of the URL.
    package var description: String {
        let hosts = (options["host"] ?? options["hostaddr"] ?? "").split(
            separator: ",", omittingEmptySubsequences: false)
        let ports = (options["port"] ?? "").split(separator: ",")
        let places = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
            return port.isEmpty ? String(host) : "\(host):\(port)"
        }
        return "PostgreSQL \(places.joined(separator: ","))/\(options["dbname"] ?? "")"
    }

    // MARK: Several hosts

    /// libpq's options for one host each, in the order in which they are tried: the one that answered last is first.
    var optionsOfHosts: [(host: Int, options: [String: String])] {
        let lists = ["host", "hostaddr", "port"].compactMap { name in
            options[name].map { (name, $0.split(separator: ",", omittingEmptySubsequences: false)) }
        }
        let count = lists.filter { $0.0 != "port" }.map(\.1.count).max() ?? 1
        let first = firstHost.index
        return (0..<count).map { (first + $0) % count }.map { host in
            var chosen = options
            for (name, values) in lists where values.count > 1 { chosen[name] = String(values[host]) }
            return (host, chosen)
        }
    }

    /// Tries this host first from now on.
    func prefer(_ host: Int) { firstHost.index = host }

    /// Tries another host first from now on: this one takes what is sent and answers nothing.
    func avoid(_ host: Int) {
        if firstHost.index == host { firstHost.index = host + 1 }
    }
}

private final class FirstHost: Sendable {
    private let place = Atomic<Int>(0)

    var index: Int {
        get { place.load(ordering: .relaxed) }
        set { place.store(newValue, ordering: .relaxed) }
    }
}
