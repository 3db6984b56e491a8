/// The memory that one connection's answers take, and are going to take, until the client has them.
///
/// A pure state machine: requests and answers in, a decision out.
struct UnsentAnswers {
    /// Bytes of answers that wait for their turn or for the client.
    private(set) var queuedBytes = 0
    /// Bytes that the channel holds. What stays below its high-water mark of 64 KiB counts as taken.
    private(set) var writtenBytes = 0
    /// Requests at work whose answers may be long.
    private var longCount = 0
    /// How long their answers are going to be, by those before them.
    private var expectedBytes: Int
    private let bytesMax: Int
    /// The least that a long answer is expected to have.
    private static let expectedBytesMin = 64 * 1024

    init(bytesMax: Int, expectedBytes: Int) {
        self.bytesMax = bytesMax
        self.expectedBytes = expectedBytes
    }

    /// Bytes that are not taken yet.
    var bytes: Int { queuedBytes + writtenBytes }

    /// Whether another request may be worked on. The first always may, however long its answer is going to be.
    func mayBegin(isLong: Bool) -> Bool {
        let expected = bytes + longCount * expectedBytes
        return expected == 0 || expected + (isLong ? expectedBytes : 0) < bytesMax
    }

    /// Notes a request that is worked on now.
    mutating func begin(isLong: Bool) { if isLong { longCount += 1 } }

    /// Notes the end of a request and the bytes of its answer.
    mutating func end(isLong: Bool, bytes: Int) {
        queuedBytes += bytes
        guard isLong else { return }
        longCount -= 1
        expectedBytes = max(bytes, expectedBytes / 2, Self.expectedBytesMin)
    }

    /// Notes an answer that is handed to the channel.
    mutating func write(_ bytes: Int) {
        queuedBytes -= bytes
        writtenBytes += bytes
    }

    /// Notes that the system has taken what the channel held. Returns its bytes.
    mutating func take() -> Int {
        defer { writtenBytes = 0 }
        return writtenBytes
    }
}
