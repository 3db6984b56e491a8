package import NIOCore
internal import TierHTTP

extension Schema {
    static let importing = Schema.result(
        .object(["read": count.saying("Lines."), "written": count.saying("Books.")])
    ).named("Importing")
}

/// How far the import is that is under way.
package struct Importing: Decodable, Sendable {
    /// Lines.
    package let read: Int
    /// Books.
    package let written: Int

    package init(read: Int, written: Int) {
        self.read = read
        self.written = written
    }

    /// The answer that says so.
    package var result: ByteBuffer {
        .result { $0.writeString(#"{"read":\#(read),"written":\#(written)}"#) }
    }
}
