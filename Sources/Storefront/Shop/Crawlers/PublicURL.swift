internal import Hummingbird
internal import TierHTTP

/// Where the world reaches the shop: scheme, host and perhaps port, without a path.
package struct PublicURL: Equatable, Sendable, CustomStringConvertible {
    /// `https://books.example`, without a slash at its end.
    package let description: String

    /// Reads an address of the schemes http and https; nil for any other text, and for one with a path.
    package init?(parsing text: String) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, ["http", "https"].contains(parts[0].lowercased()) else { return nil }
        let host = parts[1].hasSuffix("/") ? parts[1].dropLast() : parts[1]
        self.init(scheme: parts[0].lowercased(), host: host)
    }

    /// The address that a browser says it used; nil where it names no proper host.
    init?(of request: Request) {
        guard let host = request.head.authority else { return nil }
        self.init(scheme: request.isOverTLS ? "https" : "http", host: host[...])
    }

    private init?(scheme: String, host: Substring) {
        guard let host = RequestHost(host) else { return nil }
        description = "\(scheme)://\(host.name.lowercased())" + (host.port.map { ":\($0)" } ?? "")
    }
}
