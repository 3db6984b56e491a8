package import Model

/// An error of a commit that says what is answered; any other is of the disk.
package protocol CommitFault: Error {
    var reason: StoreError.Reason { get }
}
