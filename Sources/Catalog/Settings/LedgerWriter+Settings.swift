internal import Model

extension LedgerWriter {
    /// Keeps other settings of the shop.
    mutating func keep(_ settings: SettingsChange) throws -> Result<CatalogOutcome, StoreError> {
        try tables.write(settings, at: time)
        return .success(CatalogOutcome())
    }
}
