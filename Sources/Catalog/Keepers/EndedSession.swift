/// Which sessions end.
package enum EndedSession: Sendable {
    case digest(String)
    /// By the name that keepers see, if it is one of `keeper`, where that is given.
    case id(String, of: String?)
    /// All of a keeper, as names are compared.
    case all(of: String)
}
