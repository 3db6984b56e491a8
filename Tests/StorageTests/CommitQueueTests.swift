import Testing

@testable import Storage

@Suite struct CommitQueueTests {
    @Test func handsOutBatchesInOrder() {
        var queue = CommitQueue<Int>(countMax: 10)
        for item in 1...5 { _ = queue.offer(item) }
        #expect(queue.count == 5)
        #expect(queue.take(countMax: 3) == [1, 2, 3])
        _ = queue.offer(6)
        #expect(queue.take(countMax: 3) == [4, 5, 6])
        #expect(queue.take(countMax: 3).isEmpty)
    }

    @Test func wakesTheCommitterOnlyWhenItSleeps() {
        var queue = CommitQueue<Int>(countMax: 10)
        #expect(queue.offer(1) == .takenWake)
        #expect(queue.offer(2) == .taken)
        #expect(queue.take(countMax: 1) == [1])
        // The committer is running and will check again.
        #expect(queue.offer(3) == .taken)
        #expect(queue.take(countMax: 9) == [2, 3])
        // A change between the last batch and the wait must not be lost.
        #expect(queue.offer(4) == .taken)
        #expect(queue.take(countMax: 9) == [4])
        #expect(queue.take(countMax: 9).isEmpty)
        #expect(queue.offer(5) == .takenWake)
        #expect(queue.offer(6) == .taken)
    }

    @Test func refusesItemsBeyondItsLimit() {
        var queue = CommitQueue<Int>(countMax: 2)
        #expect([queue.offer(1), queue.offer(2), queue.offer(3)] == [.takenWake, .taken, .full])
        #expect(queue.count == 2)
        #expect(queue.take(countMax: 1) == [1])
        #expect(queue.offer(4) == .taken)
        #expect(queue.take(countMax: 9) == [2, 4])
    }

    @Test func returnsWaitingItemsAfterClosing() {
        var queue = CommitQueue<Int>(countMax: 2)
        _ = queue.offer(1)
        _ = queue.offer(2)
        queue.close()
        #expect(queue.isClosed)
        // Closed takes precedence over full, because there will be no room later.
        #expect(queue.offer(3) == .closed)
        #expect(queue.take(countMax: 9) == [1, 2])
        #expect(queue.offer(3) == .closed)
        #expect(queue.take(countMax: 9).isEmpty)
    }
}
