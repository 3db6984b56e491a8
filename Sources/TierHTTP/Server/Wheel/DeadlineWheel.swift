internal import NIOCore

/// Elements, each with the time of its next check, in slots of one interval: ten thousand that are due in a minute
/// cost nothing until then. Adding, moving and removing take the same time however many there are.
///
/// A pure state machine: times in, elements that are due out. A check may come an interval late, never early, and what
/// is due later than the wheel reaches is due at its end: the check finds that and moves it on.
struct DeadlineWheel<Element: WheelElement> {
    /// Slots, a power of two. With an interval of 0.5 s the wheel reaches two minutes.
    static var slotCount: Int { 256 }
    /// Elements that are handed out at once, so that their checks hold up no request: so many take some 50 µs.
    static var turnCountMax: Int { 256 }

    private var slots = [[Element]](repeating: [], count: Self.slotCount)
    private let start: NIODeadline
    private let interval: Int64
    /// The first tick whose slot may have elements.
    private var first = 0
    /// The tick of the last look.
    private var last = 0
    private(set) var count = 0

    init(interval: TimeAmount, at start: NIODeadline) {
        self.start = start
        self.interval = max(1, interval.nanoseconds)
    }

    /// All of them, in no order.
    var elements: [Element] { slots.flatMap { $0 } }

    mutating func add(_ element: Element, due deadline: NIODeadline) {
        count += 1
        put(element, at: tick(of: deadline))
    }

    mutating func remove(_ element: Element) {
        count -= 1
        take(element)
    }

    /// Has an element checked at `deadline`, whenever it was due.
    mutating func move(_ element: Element, to deadline: NIODeadline) {
        let tick = tick(of: deadline)
        guard tick != element.wheelPlace.tick else { return }
        take(element)
        put(element, at: tick)
    }

    /// Has an element checked at `deadline`, unless it is due earlier.
    mutating func hasten(_ element: Element, to deadline: NIODeadline) {
        if tick(of: deadline) < element.wheelPlace.tick { move(element, to: deadline) }
    }

    /// Some of the elements that are due: up to ``turnCountMax``, and as many as that where there may be more. Each is
    /// due until it is moved or removed.
    mutating func due(at now: NIODeadline) -> [Element] {
        last = max(last, Int((now - start).nanoseconds / interval))
        leaveEmptySlots()
        var due: [Element] = []
        for tick in first...min(last, first + Self.slotCount - 1) where due.count < Self.turnCountMax {
            // The last of a slot are the cheapest to take out.
            due += slots[Self.slot(of: tick)].suffix(Self.turnCountMax - due.count)
        }
        return due
    }

    /// The tick in which a check at `deadline` is not early, within the wheel's reach.
    private mutating func tick(of deadline: NIODeadline) -> Int {
        leaveEmptySlots()
        let nanoseconds = max(0, (deadline - start).nanoseconds)
        let tick = Int(nanoseconds / interval) + (nanoseconds % interval == 0 ? 0 : 1)
        return min(max(tick, last + 1), first + Self.slotCount - 1)
    }

    private mutating func leaveEmptySlots() {
        while first < last, slots[Self.slot(of: first)].isEmpty { first += 1 }
    }

    private static func slot(of tick: Int) -> Int { tick & (slotCount - 1) }

    private mutating func put(_ element: Element, at tick: Int) {
        let slot = Self.slot(of: tick)
        element.wheelPlace = WheelPlace(tick: tick, index: slots[slot].count)
        slots[slot].append(element)
    }

    private mutating func take(_ element: Element) {
        let place = element.wheelPlace
        let slot = Self.slot(of: place.tick)
        let other = slots[slot].removeLast()
        guard other !== element else { return }
        slots[slot][place.index] = other
        other.wheelPlace.index = place.index
    }
}
