/// A log that was completed from its database.
package struct RepairedLog: Sendable {
    /// Lines that the log has beyond the database.
    package var unclaimed = LogTail()
    /// Where the unclaimed lines begin; nil where that is not known, so that the next start has to read all files
    /// again.
    package var base: LogMark?

    package init(unclaimed: LogTail = LogTail(), base: LogMark? = nil) {
        self.unclaimed = unclaimed
        self.base = base
    }
}
