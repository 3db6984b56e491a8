/// What is known of the program at the other end of a connection.
package enum PeerKind: Sendable {
    /// It has not answered yet.
    case unknown
    /// It names itself `bookstore/1`: it answers pipelined requests side by side, keeps the keys of
    /// updates and numbers its sales.
    case bookstore
    /// Any other program that speaks the contract.
    case other
}
