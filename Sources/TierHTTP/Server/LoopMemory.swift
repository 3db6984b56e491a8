internal import Monitoring
internal import NIOCore

/// The memory that the clients of one event loop make it hold: answers that they do not read, requests that
/// they do not finish. Each loop has its share of the process' budget. Plain numbers, since every request counts here.
struct LoopMemory {
    /// Bytes of answers that clients have not taken.
    var unsentBytes = 0
    /// Bytes of requests that have arrived in part.
    var partialBytes = 0
    /// Bytes that the long bodies which are arriving have announced.
    var longBodyBytes = 0
    private var peakBytes = 0
    private let limits: ServerLimits
    private let loopCount: Int
    private let unsentCell: MetricCell
    private let partialCell: MetricCell
    /// After so many bytes at once, what is freed of them goes back to the system.
    private static let trimmedPeakMin = 32 * 1024 * 1024

    init(limits: ServerLimits, loopCount: Int, monitor: SystemMonitor) {
        self.limits = limits
        self.loopCount = loopCount
        unsentCell = monitor.cell(
            "http_server_unsent_answer_bytes", .gauge, help: "Bytes of answers that clients have not taken.")
        partialCell = monitor.cell(
            "http_server_partial_request_bytes", .gauge, help: "Bytes of requests that have arrived in part.")
    }

    private var unsentBytesMax: Int { limits.unsentBytesMax / loopCount }
    private var partialBytesMax: Int { limits.partialBytesMax / loopCount }

    /// Whether a long answer may be kept until its client takes it. The only one always may.
    func hasRoom(forAnswer bytes: Int) -> Bool {
        bytes <= limits.shortAnswerBytesMax || unsentBytes == 0 || unsentBytes + bytes <= unsentBytesMax
    }

    /// Whether all room for unsent answers is used up.
    var isFull: Bool { unsentBytes >= unsentBytesMax }

    /// Bytes of unsent answers to get rid of; 0 while there is room.
    var unsentExcess: Int { max(0, unsentBytes - unsentBytesMax / 2) }

    /// Bytes of partial requests to get rid of; 0 while there is room. An eighth more than the excess, so that the
    /// search for the oldest pays.
    var partialExcess: Int {
        partialBytes > partialBytesMax ? partialBytes - partialBytesMax / 8 * 7 : 0
    }

    /// Counts a long body that begins to arrive, if there is room for it. The only one always has room.
    mutating func takeLongBody(of bytes: Int) -> Bool {
        guard longBodyBytes == 0 || longBodyBytes + bytes <= limits.longBodyBytesMax / loopCount else {
            return false
        }
        longBodyBytes += bytes
        return true
    }

    /// Shows the figures, and after a surge gives memory back.
    mutating func sweep() {
        unsentCell.set(unsentBytes)
        partialCell.set(partialBytes)
        let bytes = unsentBytes + partialBytes + longBodyBytes
        peakBytes = max(peakBytes, bytes)
        guard peakBytes > Self.trimmedPeakMin, bytes < peakBytes / 4 else { return }
        peakBytes = bytes
        MemoryTrim.run()
    }
}
