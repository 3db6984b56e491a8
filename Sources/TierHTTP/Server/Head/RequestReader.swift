/// Who reads requests behind a ``RequestFeed`` and the parser.
package protocol RequestReader: AnyObject {
    /// Whether bytes are still to be parsed; what comes after a last request is not.
    var takesBytes: Bool { get }
    /// The body of the request whose head was read and whose end was not; nil between requests.
    var openBody: RequestCheck.Body? { get }

    /// So many bytes of a request have come and are parsed next, unless the reader takes none any more.
    func bytesArrive(_ count: Int)
    /// Answers what cannot be read to its end, and takes no more.
    func refuse(_ problem: Problem)
}
