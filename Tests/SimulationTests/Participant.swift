/// Somebody who uses the store, one request after the other.
protocol Participant: AnyObject {
    var name: String { get }
    /// Whether everything has its answer.
    var isDone: Bool { get }
    func start()
}
