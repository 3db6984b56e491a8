internal import NIOHTTP1

/// The method and target of a request: what a log names it by.
struct RequestLine {
    let method: HTTPMethod
    let uri: String
}
