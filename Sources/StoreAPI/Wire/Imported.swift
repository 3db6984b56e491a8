/// How many books a file brought, or would bring.
package struct Imported: Decodable, Sendable {
    package let books: Int
}
