/// A place in a ``DeadlineWheel``.
struct WheelPlace {
    var tick = 0
    /// In the slot of that tick.
    var index = 0
}
