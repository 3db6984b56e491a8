package import Model

/// What a shop is told of itself where it is started, by the one who runs it. What its keepers say at the desk holds only
/// where nothing is said here.
package struct GivenSettings: Sendable {
    package struct Value: Sendable {
        package let text: String
        /// Where it was said, for people.
        package let source: String

        package init(_ text: String, source: String) {
            self.text = text
            self.source = source
        }
    }

    /// Checked values.
    let values: [ShopSetting: Value]

    package init(_ values: [ShopSetting: Value] = [:]) { self.values = values }

    subscript(_ setting: ShopSetting) -> Value? { values[setting] }
}
