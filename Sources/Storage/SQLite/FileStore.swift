package import Monitoring

/// A journaled store in a ``StoreFile``.
package protocol FileStore: JournaledStore {
    var file: StoreFile { get }
}

extension FileStore {
    package var folder: String { file.folder }

    package func logMark() throws -> LogMark? { try file.read { try LogMark.fetch($0) } }

    package func save(_ mark: LogMark) throws { try file.write { try mark.save($0) } }

    package func close() throws { try file.close() }

    package func explained<Value>(_ body: () throws -> Value) throws -> Value {
        try DatabaseFile.explained(file.path, body)
    }

    package func passesByItself(_ error: any Error) -> Bool { DatabaseFile.isFull(error) }

    package func databaseName() throws -> String { "SQLite \(try file.version())" }

    package func info() throws -> MetricSample {
        MetricSample(
            "bookstore_sqlite_info", .gauge, 1, labels: [("version", try file.version())],
            help: "The SQLite that is in use; always 1.")
    }
}
