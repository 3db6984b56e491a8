/// Something that a ``DeadlineWheel`` has.
protocol WheelElement: AnyObject {
    /// Where it is in the wheel. Only the wheel changes it.
    var wheelPlace: WheelPlace { get set }
}
