/// What the store is to keep of the shop's settings from now on.
package struct SettingsChange: Sendable {
    /// By what they set; nil for one that is kept no longer. The others stay as they are.
    package let values: [ShopSetting: String?]
    /// Who changes them.
    package let actor: String?

    package init(_ values: [ShopSetting: String?], actor: String?) {
        self.values = values
        self.actor = actor
    }
}
