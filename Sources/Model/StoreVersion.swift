/// What this program is.
package enum StoreVersion {
    /// The release, as `bookstore --version` prints it.
    package static let text = "1.0.0"

    /// How it was built: with optimisation, or for development.
    package static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }
}
