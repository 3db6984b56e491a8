/// One of several views of a list.
struct Choice {
    let link: String
    let words: String
    let isCurrent: Bool
}
