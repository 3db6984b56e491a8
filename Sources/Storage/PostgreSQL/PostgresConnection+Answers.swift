internal import CPQ
internal import Foundation

/// What comes back over a connection.
extension PostgresConnection {
    func takeRows(_ take: (PostgresRows.Row) -> Void) throws(PostgresError) {
        var fault: PostgresError?
        while true {
            try awaitResult()
            guard let result = pq.getResult(handle) else { break }
            let rows = PostgresRows(result, pq)
            switch pq.resultStatus(result) {
            case PGRES_SINGLE_TUPLE: take(rows[0])
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: break
            default:
                fault = fault ?? PostgresError(answer: result, pq)
                guard pq.status(handle) == CONNECTION_OK else { throw lost }
            }
        }
        guard let fault else { return }
        try takeSync()
        throw fault
    }

    /// Waits until the next result can be taken without waiting.
    func awaitResult() throws(PostgresError) {
        guard let answerTimeMax, pq.isBusy(handle) == 1 else { return }
        let deadline = ContinuousClock.now + answerTimeMax
        while pq.isBusy(handle) == 1 {
            let left = max(.zero, deadline - ContinuousClock.now)
            let millis = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
            var wanted = pollfd(fd: pq.socket(handle), events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, Int32(clamping: millis)) != 0 else { throw giveUp() }
            guard pq.consumeInput(handle) == 1 else { throw lost }
        }
    }

    func expectEnd() throws(PostgresError) {
        while let more = pq.getResult(handle) { pq.clear(more) }
        guard pq.status(handle) == CONNECTION_OK else { throw lost }
    }

    func takeSync() throws(PostgresError) {
        guard let result = pq.getResult(handle) else { throw lost }
        defer { pq.clear(result) }
        guard pq.resultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost }
    }

    var lost: PostgresError {
        PostgresError(
            .lost, "the connection to PostgreSQL is lost: \(PostgresLibrary.text(pq.errorMessage(handle)))")
    }
}
