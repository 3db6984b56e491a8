import Model
import Testing

/// Where webhooks may lead, by their text and by the address behind it.
@Suite struct OutsideURLTests {
    @Test(arguments: [
        ("https://mail.example/hook", true, "mail.example", 443, "/hook", "mail.example"),
        ("HTTP://Mail.example:8080?a=b", false, "Mail.example", 8080, "/?a=b", "Mail.example:8080"),
        ("http://127.0.0.1", false, "127.0.0.1", 80, "/", "127.0.0.1"),
        (
            "https://[2001:db8::1]:9/x/y?z#".replacing("#", with: ""), true, "2001:db8::1", 9, "/x/y?z",
            "[2001:db8::1]:9"
        ),
    ])
    func isTakenApart(
        text: String, isSecure: Bool, host: String, port: Int, target: String, field: String
    ) throws {
        let url = try OutsideURL(parsing: text)
        #expect(url.isSecure == isSecure && url.host == host && url.port == port)
        #expect(url.target == target && url.hostField == field && url.description == text)
    }

    @Test(arguments: [
        ("ftp://mail.example/", "begins with neither"), ("mail.example", "begins with neither"),
        ("https:///hook", "no host"), ("https://a b/", "visible ASCII"),
        ("https://ä.example/", "visible ASCII"),
        ("https://mail.example:0/", "no host"), ("https://mail.example:65536/", "no host"),
        ("https://mail.example:x/", "no host"), ("https://ann:word@mail.example/", "a user's name"),
        ("https://mail.example/#top", "a fragment"), ("https://ma%69l.example/", "no host"),
        ("https://[::1/", "no host"), ("https://[zz::1]/", "no host"),
        ("https://mail.example/" + String(repeating: "a", count: 2_000), "longer than 2000"),
    ])
    func isRefused(text: String, reason: String) {
        #expect {
            try OutsideURL(parsing: text)
        } throws: {
            "\($0)".contains(reason)
        }
    }

    private func address(_ text: String) throws -> NetworkAddress {
        guard !text.contains(":") else {
            // Groups of four digits, all of them.
            let bytes = text.split(separator: ":").flatMap { group in
                UInt16(group, radix: 16).map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? []
            }
            return try #require(NetworkAddress(bytes: bytes))
        }
        return try #require(NetworkAddress(bytes: text.split(separator: ".").compactMap { UInt8($0) }))
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.167.0.1",
        "223.255.255.255", "203.0.113.7", "2606:4700:4700:0:0:0:0:1111", "2a00:1450:0:0:0:0:0:1",
        "0:0:0:0:0:ffff:0808:0808", "64:ff9b:0:0:0:0:0808:0808",
    ])
    func isOnTheInternet(text: String) throws { #expect(try address(text).isPublic) }

    @Test(arguments: [
        "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.8", "198.18.0.1",
        "198.19.9.9",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        // Unspecified, loopback, mapped and translated, link-local, unique local, multicast.
        "0:0:0:0:0:0:0:0", "0:0:0:0:0:0:0:1", "0:0:0:0:0:ffff:7f00:1", "0:0:0:0:0:ffff:0a00:1",
        "0:0:0:0:0:ffff:a9fe:a9fe", "64:ff9b:0:0:0:0:7f00:1", "0:0:0:0:0:0:7f00:1", "fe80:0:0:0:0:0:0:1",
        "fd00:0:0:0:0:0:0:1", "fc00:0:0:0:0:0:0:1", "ff02:0:0:0:0:0:0:1",
        // A site's, Teredo, 6to4.
        "fec0:0:0:0:0:0:0:1", "2001:0:7f00:1:0:0:0:1", "2002:7f00:1:0:0:0:0:1",
    ])
    func isNotOnTheInternet(text: String) throws { #expect(try !address(text).isPublic) }

    @Test func aSecretSaysNothing() throws {
        let secret = try WebhookSecret(parsing: "0123456789abcdef01234567")
        #expect("\(secret)" == "(secret)" && String(reflecting: secret) == "(secret)")
        for text in ["", "short", String(repeating: "a", count: 257), "0123456789abcdef 01234567"] {
            #expect(throws: LineFault.self) { try WebhookSecret(parsing: text) }
        }
    }
}
