/// Something that a ``TurnList`` has.
protocol TurnTaking: AnyObject {
    /// Where it stands in the list. Only the list changes it.
    var turnPlace: Int { get set }
}
