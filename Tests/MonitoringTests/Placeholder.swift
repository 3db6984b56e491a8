import Testing

@Suite struct MonitoringPlaceholder {
    @Test func builds() {}
}
