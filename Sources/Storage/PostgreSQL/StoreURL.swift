internal import CPQ

/// Where a store's PostgreSQL is: a connection URL as libpq reads it, with several hosts and any of its options.
package struct StoreURL: Sendable, CustomStringConvertible {
    /// libpq's options, by their names.
    let options: [String: String]

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
}
