/// An error that knows the problem a client gets for it.
package protocol ProblemConvertible: Error {
    var problem: Problem { get }
}
