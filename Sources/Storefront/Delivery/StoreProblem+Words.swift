internal import StoreAPI

extension StoreProblem {
    /// What is wrong, in words that can be shown.
    var words: String { detail ?? "the store refused the request" }
}
