/// A bug that a test plants to see that the checks find it. Debug builds only: in a release build
/// ``isOn(_:)`` is the constant false, and the compiler removes what it guards.
package enum PlantedBug: String, CaseIterable, Sendable {
    /// The catalog does not look whether a key was used before.
    case skipsKeyCheck
    /// A key names its first purchase, whatever book is asked for next.
    case ignoresOtherItemOfKey
    /// The catalog answers a sale as soon as the memory has stock for it.
    case answersBeforeCommit
    /// A webhook counts as told before it was.
    case notesBeforeTelling
    /// The catalog answers an edit before it is committed.
    case answersEditBeforeCommit
    /// A book that is brought back has lost its stock.
    case restoresWithoutStock
    /// The memory goes on with the titles that it began with.
    case showsOldTitles
    /// The update's statement no longer asks whether the stock would go below 0.
    case dropsStockCondition
    /// Of an order only the first line is sold.
    case makesHalfOfOrder
    /// An order that was cancelled can be returned as well.
    case returnsWhatWasCancelled
    /// The key of an order's step is not looked at, so that what is repeated puts copies back again.
    case putsBackTwice
    /// A key that stands for an order sells another basket as well.
    case sellsSecondBasket
    /// An order is made whatever its customer expects it to cost.
    case ignoresExpectedTotal
    /// A log gets its lines before the database has the batch.
    case logsBeforeCommit
    /// A repeated key that was refused is answered Success.
    case answersSuccessForRefusedKey
    /// The catalog does not remember what it refused.
    case forgetsRefusals
    /// Lookups show a stock that is not committed yet.
    case showsBeforeCommit
    /// A catalog that is started again begins with the opening stock of its books.
    case restartsFromOpeningStock
    /// The mark vouches for the log lines of its own batch, which are not written yet.
    case marksLogTooEarly
    /// A torn last line of a log stays, and the next line is glued to it.
    case keepsTornLine
    /// After a failed write the tier goes on as if it had been undone.
    case writesOnAfterFault
    /// The order server answers Success without writing the order down.
    case answersWithoutOrder
    /// The order log gets a line for an order that stood there before.
    case logsOrderAgain
    /// An update of unknown outcome counts as refused.
    case takesUnknownForFailed
    /// Where the order server's own store takes nothing, it says that nothing was done, whatever the catalog sold.
    case takesOwnRefusalForCatalogs
    /// The ledger's follower asks for what comes after the last sale it met, whatever is missing before.
    case followerSkipsGaps
    /// The ledger's follower does not ask again after a failure.
    case followerGivesUp
    /// An update without a key is sent again after a broken connection.
    case repeatsUpdateWithoutKey
    /// A catalog beside others answers reads from memory without asking the database.
    case trustsMemory
    /// A catalog that cannot ask the database answers reads from memory.
    case readsOnWhenCutOff
    /// The shelf takes changes whatever it shows before.
    case showsOutOfOrder
    /// After its start an order server leaves all sales to those who made them.
    case leavesSalesToSellers
    /// A commit whose answer is lost counts as undone.
    case takesLostCommitForUndone
    /// A sale of unknown outcome is tried again under another key.
    case retriesWithNewKey

    /// The variable that plants a bug in a process, by its name here.
    package static let environmentVariable = "BOOKSTORE_PLANTED_BUG"

    #if DEBUG
        /// The bug that is planted in the task that runs now.
        @TaskLocal package static var planted: PlantedBug?
        // Unsafe only in name: `main` writes it before there is a second thread, and later it is only read.
        /// The bug that is planted in the whole process: set once, before anything else runs.
        nonisolated(unsafe) package static var plantedInProcess: PlantedBug?
    #endif

    /// Whether `bug` is planted.
    @inlinable @inline(__always)
    package static func isOn(_ bug: PlantedBug) -> Bool {
        #if DEBUG
            (planted ?? plantedInProcess) == bug
        #else
            false
        #endif
    }
}
