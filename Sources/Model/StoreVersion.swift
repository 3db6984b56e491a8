/// What this program is.
public enum StoreVersion {
    /// The release, as `bookstore --version` prints it.
    public static let text = "1.0.0"

    /// How it was built: with optimisation, or for development.
    public static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }
}
