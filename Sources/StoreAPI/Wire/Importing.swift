/// How far the import is that is under way.
package struct Importing: Decodable, Sendable {
    /// Lines.
    package let read: Int
    /// Books.
    package let written: Int
}
