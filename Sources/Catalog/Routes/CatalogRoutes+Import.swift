internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import TierHTTP

/// Files of books come in, and are undone.
extension CatalogRoutes {
    var importing: [Route] {
        [
            Route(.load) { .pending(try load($0)) },
            Route(.undo) { .pending(try undo($0)) },
            Route(.importing) { _ in
                let (read, written) = imports.now
                return .ready(.json(Importing(read: read, written: written).result))
            },
        ]
    }

    private enum Answer: String, CaseIterable {
        case yes = "true"
        case no = "false"
    }

    private func load(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        var options = ImportOptions()
        options.isUpdate = try request.choice("update", as: Answer.self) == .yes
        options.stock = try request.choice("stock", as: ImportOptions.Stock.self) ?? .set
        options.unknown = try request.choice("unknown", as: ImportOptions.Unknown.self) ?? .skip
        options.retired = try request.choice("retired", as: ImportOptions.Retired.self) ?? .refuse
        if let text = try request.target.parameter("columns") {
            do throws(LineFault) {
                options.mapping = try ImportMapping(json: text)
            } catch {
                throw .invalid("columns \(error.reason)")
            }
        }
        let run = ImportRun(
            engine: engine, progress: imports, options: options,
            key: try request.idempotencyKey() ?? .random(),
            actor: try request.actor(),
            reason: try request.reason(),
            isDry: try request.choice("dry_run", as: Answer.self) == .yes)
        return try alone(run.isDry ? nil : run.key) {
            run.run(request.body, on: request.slot.eventLoop).map { .json($0.result) }
        }
    }

    private func undo(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        guard let key = IdempotencyKey(parsing: try request.target.required("import", orInPath: false)) else {
            throw .invalid("import is no idempotency key")
        }
        let undo = UndoRun(
            engine: engine, key: key,
            actor: try request.actor(),
            reason: try request.reason())
        return try alone(key) {
            undo.run(on: request.slot.eventLoop).map { .json(Undone($0).result) }
        }
    }

    /// Does something with an import, which nobody else does meanwhile.
    private func alone(
        _ key: IdempotencyKey?, _ work: () -> EventLoopFuture<TierResponse>
    ) throws(StoreError) -> EventLoopFuture<TierResponse> {
        if let key, !imports.begin(key) { throw .inProgress }
        let done = work()
        done.whenComplete { [imports] _ in imports.end(key) }
        return done
    }
}
