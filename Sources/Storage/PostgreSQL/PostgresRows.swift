internal import CPQ

/// The rows that a statement gave.
package final class PostgresRows: RandomAccessCollection {
    private let pq: PQFunctions
    private let result: OpaquePointer

    /// Takes a result, and clears it at its own end.
    init(_ result: OpaquePointer, _ pq: PQFunctions) {
        self.result = result
        self.pq = pq
    }

    deinit { pq.clear(result) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { Int(pq.ntuples(result)) }
    package subscript(index: Int) -> Row { Row(rows: self, index: Int32(index)) }

    /// One row. Columns are numbered from 0; each must be of the type that is asked for.
    package struct Row {
        fileprivate let rows: PostgresRows
        fileprivate let index: Int32

        /// A `bigint`; nil for NULL.
        package func int(_ column: Int) -> Int64? {
            value(column).map { $0.loadUnaligned(as: Int64.self).bigEndian }
        }

        /// A `text`; nil for NULL.
        package func text(_ column: Int) -> String? {
            value(column).map { String(decoding: $0, as: UTF8.self) }
        }

        /// A `bytea`; nil for NULL.
        package func bytes(_ column: Int) -> [UInt8]? { value(column).map { Array($0) } }

        /// A `boolean`; NULL is false.
        package func bool(_ column: Int) -> Bool { value(column).map { $0[0] != 0 } ?? false }

        /// A `bigint` of a column that has no NULL.
        package subscript(_ column: Int) -> Int64 { int(column) ?? 0 }

        private func value(_ column: Int) -> UnsafeRawBufferPointer? {
            let (pq, result, column) = (rows.pq, rows.result, Int32(column))
            guard pq.getisnull(result, index, column) == 0 else { return nil }
            return UnsafeRawBufferPointer(
                start: pq.getvalue(result, index, column), count: Int(pq.getlength(result, index, column)))
        }
    }
}
