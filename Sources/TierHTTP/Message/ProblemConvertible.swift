/// An error that knows how a client is told of it.
package protocol ProblemConvertible: Error {
    var problem: Problem { get }
}
