internal import Model

/// Text that cannot be guessed. The store's own keys can be: half of their bits are a counter.
enum Secret {
    /// Makes `words` times 64 random bits, each as 16 lower-case hexadecimal digits.
    static func random(words: Int) -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<words).map { _ in Hex.text(random.next()) }.joined()
    }
}
