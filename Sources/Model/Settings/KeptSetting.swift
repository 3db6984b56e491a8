/// A setting of the shop that the store keeps.
package struct KeptSetting: Sendable, Equatable {
    package let setting: ShopSetting
    package let value: String
    /// When it was set.
    package let time: Timestamp
    /// Who set it; nil where they did not say.
    package let actor: String?

    package init(_ setting: ShopSetting, value: String, time: Timestamp, actor: String?) {
        self.setting = setting
        self.value = value
        self.time = time
        self.actor = actor
    }
}
