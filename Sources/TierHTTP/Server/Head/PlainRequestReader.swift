internal import NIOHTTP1

/// A reader that also takes requests that the parser need not see.
protocol PlainRequestReader: RequestReader {
    var limits: ServerLimits { get }

    /// Takes a request that has come whole.
    func take(_ head: HTTPRequestHead)
}
