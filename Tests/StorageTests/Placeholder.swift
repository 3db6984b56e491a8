import Testing

@Suite struct StoragePlaceholder {
    @Test func builds() {}
}
