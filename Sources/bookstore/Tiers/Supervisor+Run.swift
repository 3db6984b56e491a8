internal import ArgumentParser
internal import UnixSignals

extension Supervisor {
    /// Runs the store until somebody asks for its end by Ctrl-C or SIGTERM.
    ///
    /// - Parameters:
    ///   - prepare: called before any server is started.
    ///   - opened: called when all of them are ready.
    func run(prepare: () async throws -> Void = {}, opened: () async -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let listening = Task { [stop] in
            for await _ in signals { stop() }
        }
        defer { listening.cancel() }
        do {
            try await prepare()
            if try await start() {
                await opened()
                try await supervise()
            }
        } catch let ended as TierFault {
            await shutdown()
            ExitStatus.say("bookstore: the \(ended.name) server did not start; everything is stopped")
            let isSaid = [ExitStatus.configuration, .unreachable].contains { $0.rawValue == ended.status }
            throw ExitCode(isSaid ? ended.status : ExitStatus.failed.rawValue)
        } catch {
            await shutdown()
            throw error
        }
        await shutdown()
    }
}
