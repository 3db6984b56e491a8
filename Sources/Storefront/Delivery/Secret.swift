internal import Model

/// Text that nobody can guess. The store's own keys are not: half of their bits count up.
enum Secret {
    /// So many times 64 random bits, each as 16 lower-case hexadecimal digits.
    static func random(words: Int) -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<words).map { _ in Hex.text(random.next()) }.joined()
    }
}
