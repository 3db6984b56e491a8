import Testing

@Suite struct OrderPlaceholder {
    @Test func builds() {}
}
