internal import Model

/// What came of a change of the keepers.
indirect enum KeeperOutcome: Sendable {
    /// The keeper as it is afterwards, or was.
    case keeper(Keeper)
    case opened(KeeperSession)
    /// How many sessions ended.
    case ended(Int)
    case nothing
}
