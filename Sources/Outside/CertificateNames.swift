internal import NIOSSL

/// The names of servers in a certificate.
///
/// NIOSSL takes a certificate that holds the address of the connection, whichever name was asked for. Whoever can have
/// a name lead to an address of theirs has such a certificate for the asking, so a name is compared with names here.
struct CertificateNames {
    /// In small letters, without a dot at the end.
    private let names: [String]

    /// - Returns: nil for a certificate of the old kind, which has one common name and no other.
    init?(_ certificate: NIOSSLCertificate) {
        let alternatives = certificate._subjectAlternativeNames()
        guard !alternatives.isEmpty else { return nil }
        self.init(
            alternatives.compactMap {
                $0.nameType == .dnsName ? String(decoding: $0.contents, as: UTF8.self) : nil
            })
    }

    init(_ names: [String]) {
        self.names = names.map(Self.plain)
    }

    /// Whether the certificate is one for this server: a star stands for the whole first part of a name, and for no
    /// more than that (RFC 9525, section 6.3).
    func hold(_ host: String) -> Bool {
        let host = Self.plain(host)
        let rest = host.drop { $0 != "." }
        return names.contains { $0 == host || (rest.count > 1 && $0 == "*" + rest) }
    }

    private static func plain(_ name: String) -> String {
        let small = name.lowercased()
        return small.hasSuffix(".") ? String(small.dropLast()) : small
    }
}
