/// Something that a ``TurnList`` has.
protocol TurnTaking: AnyObject {
    /// Its index in the list. Only the list changes it.
    var turnPlace: Int { get set }
}
