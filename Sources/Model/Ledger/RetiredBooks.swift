/// Whether a storekeeper's list has retired books in it.
package enum RetiredBooks: String, CaseIterable, Sendable {
    case without = "false"
    case with = "true"
    case only
}
