package import NIOCore
package import NIOHTTP1

/// The header fields of a tier's answer: those of an HTTP message, or a line of a batch (``BatchWire``), whose bytes
/// become texts only where a field is asked for. Most never are.
package struct AnswerFields: Sendable {
    private enum Form {
        case headers(HTTPHeaders)
        /// Names in lower case and values, with tabs between.
        case line(ByteBuffer)
    }

    private let form: Form

    /// Those of an HTTP message.
    package init(_ headers: HTTPHeaders) { form = .headers(headers) }

    /// Those of a line; nil where it does not have a value for each name.
    init?(line: ByteBuffer) {
        let tabCount = line.withUnsafeReadableBytes { bytes in
            bytes.reduce(into: 0) { if $1 == BatchWire.tab { $0 += 1 } }
        }
        guard line.readableBytes == 0 || tabCount % 2 == 1 else { return nil }
        form = .line(line)
    }

    /// All values of a field, in their order.
    ///
    /// - Parameter name: in lower case.
    package subscript(name: String) -> [String] {
        switch form {
        case .headers(let headers): return headers[name]
        case .line(let line):
            var values: [String] = []
            Self.forEach(name, in: line) {
                values.append($0)
                return true
            }
            return values
        }
    }

    /// The first value of a field; nil where there is none.
    ///
    /// - Parameter name: in lower case.
    package func first(name: String) -> String? {
        switch form {
        case .headers(let headers): return headers.first(name: name)
        case .line(let line):
            var value: String?
            Self.forEach(name, in: line) {
                value = $0
                return false
            }
            return value
        }
    }

    /// Whether there is such a field.
    ///
    /// - Parameter name: in lower case.
    package func contains(name: String) -> Bool { first(name: name) != nil }

    /// Calls `body` with the values of a field until it returns false.
    private static func forEach(_ name: String, in line: ByteBuffer, _ body: (String) -> Bool) {
        var name = name
        name.withUTF8 { name in
            line.withUnsafeReadableBytes { bytes in
                var start = 0
                while start < bytes.count {
                    let nameEnd = end(in: bytes, from: start)
                    let valueEnd = end(in: bytes, from: nameEnd + 1)
                    if nameEnd - start == name.count,
                        name.indices.allSatisfy({ bytes[start + $0] == name[$0] })
                    {
                        let value = UnsafeRawBufferPointer(rebasing: bytes[(nameEnd + 1)..<valueEnd])
                        guard body(String(decoding: value, as: UTF8.self)) else { return }
                    }
                    start = valueEnd + 1
                }
            }
        }
    }

    /// Where the text from `start` ends: at a tab, or with the line.
    private static func end(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != BatchWire.tab { index += 1 }
        return index
    }
}
