package import Monitoring
package import NIOCore

// What the tiers with a database show alike on their metrics pages.
extension MetricHistogram {
    /// How long transactions take to reach the disk.
    package static var syncTimes: MetricHistogram {
        MetricHistogram(
            "bookstore_commit_sync_duration_seconds", of: .nanos,
            help: "Time from a transaction's last statement to the end of its COMMIT: the fsync where there"
                + " is one, and now and then a checkpoint.")
    }

    /// Adds the time that has passed since `start`.
    package func record(since start: NIODeadline) {
        record(UInt64(max(0, (NIODeadline.now() - start).nanoseconds)))
    }
}

extension MetricSample {
    /// What is remembered of refused changes.
    package static func refusals(_ tally: RefusalTally) -> [MetricSample] {
        [
            MetricSample(
                "bookstore_refusals_remembered", .gauge, Double(tally.count),
                help: "Refused changes that are remembered by their keys."),
            MetricSample(
                "bookstore_refusals_remembered_max", .gauge, Double(RefusalWriter.countMax),
                help: "Refused changes that can be remembered; one more is answered 503."),
            MetricSample(
                "bookstore_refusals_shed_total", .counter, Double(tally.shedCount),
                help: "Changes answered 503 instead of Failed, as no more refusals could be remembered."),
        ]
    }

    /// Whether the tier writes, or waits for its disk.
    package static func takesUpdates(_ takesUpdates: Bool) -> MetricSample {
        MetricSample(
            "bookstore_takes_updates", .gauge, takesUpdates ? 1 : 0,
            help: "1 while the tier writes; 0 after a fault of its disk, until it has recovered.")
    }
}
