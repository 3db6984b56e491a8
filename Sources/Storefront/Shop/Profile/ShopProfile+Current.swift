internal import StoreAPI

extension ShopProfile {
    /// That of the shop whose page is being made.
    @TaskLocal static var current = ShopProfile()
}
