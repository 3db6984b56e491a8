internal import Model
internal import NIOCore
internal import Storage
internal import StoreAPI

/// A file of books on its way into the ledger: read, checked as a whole, and written in pieces.
///
/// Each piece is a transaction of its own, so that purchases go on between them. A file that has room in one piece is taken
/// whole or not at all; of a larger one every row is checked before the first is written, and the pieces that are
/// written are remembered by the import's key: sent again, it goes on where it ended, and it can be undone.
struct ImportRun: Sendable {
    /// Rows of a piece. Some hundred milliseconds of writing, which is what a purchase waits for at most.
    var pieceRowCount = 5_000
    let engine: CatalogEngine
    let progress: ImportProgress
    let options: ImportOptions
    let key: IdempotencyKey
    let actor: String?
    let reason: String?
    /// Whether it is only looked at.
    let isDry: Bool

    /// A file that was read.
    private struct Reading: Sendable {
        let source: ImportKey
        let document: ImportDocument
        /// What the rows come to, as far as it was looked at.
        let report: ImportReport
    }

    /// Reads, checks and writes a file.
    ///
    /// - Returns: fails with ``Model/StoreError/refusedLines(_:count:taken:)`` where a row cannot be taken.
    func run(_ file: ByteBuffer, on eventLoop: any EventLoop) -> EventLoopFuture<Imported> {
        let (isDry, run) = (isDry, self)
        return engine.read(on: eventLoop, .file) { try run.read(file, $0) }.flatMap { reading in
            guard !isDry else { return eventLoop.makeSucceededFuture(run.imported(reading, reading.report)) }
            return run.write(reading, from: 0, ImportReport(), on: eventLoop).map {
                run.imported(reading, $0)
            }
        }
    }

    private func imported(_ reading: Reading, _ report: ImportReport) -> Imported {
        var report = report
        report.doubts = reading.report.doubts
        report.doubts.add(reading.document.doubts)
        let table = reading.document.columns.map { Imported.Table(encoding: reading.document.encoding, $0) }
        return Imported(report, table: table, key: isDry ? nil : key)
    }

    private func read(_ file: ByteBuffer, _ store: any CatalogStoring) throws -> Reading {
        let bytes = Array(file.readableBytesView)
        let document: ImportDocument
        do throws(LineFault) {
            document = try ImportDocument(
                bytes, options, known: { header in (try? store.mapping(ofHeader: header)) ?? nil },
                progress: progress.reading)
        } catch {
            throw StoreError.invalid("the file \(error.reason)")
        }
        let source = ImportKey(key, file: bytes, options)
        // What is written already is not looked at again.
        let written = isDry ? [] : try store.importRecords(key)
        for record in written { try record.check(isOf: source) }
        var report = ImportReport()
        let isWhole = document.rows.count <= pieceRowCount
        if isDry || !isWhole || document.refused.count > 0 {
            let rows = document.rows.dropFirst(written.count * pieceRowCount)
            report = try look(at: rows, store)
        }
        report.refused.add(document.refused)
        let isTable = document.columns != nil
        guard report.refused.count == 0 || (isDry && isTable) else {
            throw StoreError.refusedLines(report.refused.inOrder, count: report.refused.count)
        }
        return Reading(source: source, document: document, report: report)
    }

    private func look(at rows: ArraySlice<ImportRow>, _ store: any CatalogStoring) throws -> ImportReport {
        var plan = ImportPlan(options)
        var source = CommittedSource(store: store)
        var report = ImportReport()
        for start in stride(from: rows.startIndex, to: rows.endIndex, by: ImportProgress.step) {
            _ = try plan.steps(
                rows[start..<min(start + ImportProgress.step, rows.endIndex)], &source, &report)
        }
        return report
    }

    private func write(
        _ reading: Reading, from first: Int, _ report: ImportReport, on eventLoop: any EventLoop
    ) -> EventLoopFuture<ImportReport> {
        let rows = reading.document.rows
        guard first < rows.count else { return eventLoop.makeSucceededFuture(report) }
        progress.writing(first, of: rows.count)
        let next = min(first + pieceRowCount, rows.count)
        let piece = ImportPiece(
            source: reading.source, number: first / pieceRowCount + 1, rows: rows[first..<next],
            options: options, actor: actor, reason: reason,
            header: options.mapping.isEmpty ? nil : reading.document.columns?.signature)
        return engine.write(piece, on: eventLoop).flatMapError { error in
            guard first > 0, case .refusedLines(let lines, let count, _)? = error as? StoreError else {
                return eventLoop.makeFailedFuture(error)
            }
            return eventLoop.makeFailedFuture(StoreError.refusedLines(lines, count: count, taken: first))
        }.flatMap { [self, report] came in
            var report = report
            report.add(came)
            return write(reading, from: next, report, on: eventLoop)
        }
    }
}
