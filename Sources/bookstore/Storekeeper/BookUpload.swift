internal import Foundation
internal import NIOCore

/// The sending of a file of books, with a progress bar of what the catalog makes of it.
struct BookUpload: Sendable {
    /// What storing a million books may take, and then some.
    private static let timeMax = TimeAmount.minutes(5)
    private static let lookInterval = Duration.milliseconds(300)
    /// What writing a book takes longer than reading its line.
    private static let writingWeight = 4

    private struct Progress: Decodable {
        let read: Int
        let written: Int
    }

    let bookCount: Int
    /// Whether the catalog only looks at the books, so that none is written.
    let isDry: Bool

    /// Sends the books and waits for the answer.
    func post(
        _ target: String, _ body: ByteBuffer, _ change: ChangeOptions, to store: KeeperConnection,
        watchedBy watcher: KeeperConnection
    ) async throws -> KeeperAnswer {
        let bar = ProgressBar(isDry ? "checking numbers" : "storing books")
        let watch = Task { await show(bar, watcher) }
        let answer: KeeperAnswer
        do {
            answer = try await store.post(
                target, "text/plain; charset=utf-8", body, change, within: Self.timeMax)
        } catch {
            await end(watch, bar, isDone: false)
            throw error
        }
        await end(watch, bar, isDone: answer.status == 200)
        return answer
    }

    private func end(_ watch: Task<Void, Never>, _ bar: ProgressBar, isDone: Bool) async {
        watch.cancel()
        await watch.value
        if isDone { bar.show(1, of: 1) } else { bar.end() }
    }

    /// A catalog that does not tell leaves the bar where it is.
    private func show(_ bar: ProgressBar, _ catalog: KeeperConnection) async {
        let all = isDry ? bookCount : bookCount * (1 + Self.writingWeight)
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.lookInterval)
            guard !Task.isCancelled, let answer = try? await catalog.get("/importing"), answer.status == 200,
                let progress = try? answer.decoded(as: KeeperResult<Progress>.self).result
            else { continue }
            let done = progress.read + (isDry ? 0 : progress.written * Self.writingWeight)
            // The end is said when the answer is there: what is written still has to reach the disk.
            bar.show(min(done, all - 1), of: all)
        }
    }
}
