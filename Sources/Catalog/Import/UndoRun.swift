internal import Model
internal import NIOCore

/// An import that is taken back, the last piece first.
struct UndoRun: Sendable {
    let engine: CatalogEngine
    let key: IdempotencyKey
    let actor: String?
    let reason: String?

    /// Undoes what of it is not undone yet.
    ///
    /// - Returns: fails with ``Model/StoreError/invalid(_:)`` where no import has the key.
    func run(on eventLoop: any EventLoop) -> EventLoopFuture<UndoReport> {
        engine.read(on: eventLoop) { [key] in try $0.importRecords(key) }.flatMap { [self] records in
            guard !records.isEmpty else {
                return eventLoop.makeFailedFuture(
                    StoreError.invalid("no import has the key \(ShownText.quoted(key.text))"))
            }
            return undo(records.count, UndoReport(), on: eventLoop)
        }
    }

    private func undo(
        _ number: Int, _ report: UndoReport, on eventLoop: any EventLoop
    ) -> EventLoopFuture<UndoReport> {
        guard number > 0 else { return eventLoop.makeSucceededFuture(report) }
        let piece = ImportUndo(key: key, number: number, actor: actor, reason: reason)
        return engine.undo(piece, on: eventLoop).flatMap { [self, report] came in
            var report = report
            report.add(came)
            return undo(number - 1, report, on: eventLoop)
        }
    }
}
