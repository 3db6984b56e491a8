internal import Foundation
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// The sending of a file of books, with a progress bar of what the catalog makes of it.
struct BookUpload: Sendable {
    /// What storing a million books may take, and then some.
    static let timeMax = TimeAmount.minutes(5)
    private static let lookInterval = Duration.milliseconds(300)
    /// What writing a book takes longer than reading its line.
    private static let writingWeight = 4

    let file: ByteBuffer
    let options: ImportOptions
    /// Whether the catalog only looks at the books, so that none is written.
    let isDry: Bool

    /// Sends the books and waits for the answer.
    func send(
        _ change: ChangeOptions, key: IdempotencyKey, to store: StoreClient, watchedBy watcher: StoreClient
    ) async throws -> StoreAnswer<Imported> {
        let bar = ProgressBar(isDry ? "checking books" : "storing books")
        let watch = Task { await show(bar, watcher) }
        let answer: StoreAnswer<Imported>
        do {
            answer = try await store.load(
                file, options, isDry: isDry, actor: change.actorOrUser, reason: change.reason, key: key,
                within: Self.timeMax)
        } catch {
            await end(watch, bar, isDone: false)
            throw error
        }
        await end(watch, bar, isDone: true)
        return answer
    }

    private func end(_ watch: Task<Void, Never>, _ bar: ProgressBar, isDone: Bool) async {
        watch.cancel()
        await watch.value
        if isDone { bar.show(1, of: 1) } else { bar.end() }
    }

    /// If the catalog reports no progress the bar does not move.
    private func show(_ bar: ProgressBar, _ catalog: StoreClient) async {
        let lineCount = file.readableBytesView.count { $0 == UInt8(ascii: "\n") } + 1
        let all = isDry ? lineCount : lineCount * (1 + Self.writingWeight)
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.lookInterval)
            guard !Task.isCancelled, let progress = try? await catalog.importing() else { continue }
            let done = progress.read + (isDry ? 0 : progress.written * Self.writingWeight)
            // The end is said when the answer is there: what is written still has to reach the disk.
            bar.show(min(done, all - 1), of: all)
        }
    }
}
