internal import Hummingbird

/// A browser as people call it, by what it says of itself (`User-Agent`): in a list of sessions each is recognized by it.
enum BrowserName {
    /// The first that occurs, since most browsers name others behind themselves.
    private static let browsers = [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]
    private static let systems = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ]

    /// - Returns: what it says itself where it is none that is known; nil where it says nothing.
    static func of(_ request: Request) -> String? {
        guard let agent = request.headers[.userAgent], !agent.isEmpty else { return nil }
        let named = { (names: [(String, String)]) in names.first { agent.contains($0.0) }?.1 }
        guard let browser = named(browsers) else { return agent }
        return named(systems).map { "\(browser) on \($0)" } ?? browser
    }
}
