import Monitoring
import NIOCore
import Testing

@testable import TierHTTP

/// When elements are due, without a clock.
@Suite struct DeadlineWheelTests {
    private final class Element: WheelElement {
        var wheelPlace = WheelPlace()
    }

    private typealias Wheel = DeadlineWheel<Element>

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func time(_ milliseconds: Int) -> NIODeadline { Self.start + .milliseconds(Int64(milliseconds)) }

    private func wheel(_ deadlines: [Int]) -> (Wheel, [Element]) {
        var wheel = Wheel(interval: .milliseconds(100), at: Self.start)
        let elements = deadlines.map { _ in Element() }
        for (element, deadline) in zip(elements, deadlines) { wheel.add(element, due: time(deadline)) }
        return (wheel, elements)
    }

    /// The elements, by their index, that are due at a time, which leave the wheel.
    private func take(_ wheel: inout Wheel, of elements: [Element], at milliseconds: Int) -> [Int] {
        let due = wheel.due(at: time(milliseconds))
        for element in due { wheel.remove(element) }
        return due.compactMap { element in elements.firstIndex { $0 === element } }.sorted()
    }

    @Test func nothingIsDueEarlyNorLaterThanAnInterval() {
        var (wheel, elements) = wheel([1, 100, 101, 250, 1_000])
        #expect(take(&wheel, of: elements, at: 0) == [] && take(&wheel, of: elements, at: 99) == [])
        #expect(take(&wheel, of: elements, at: 100) == [0, 1])
        #expect(take(&wheel, of: elements, at: 199) == [])
        #expect(take(&wheel, of: elements, at: 200) == [2])
        #expect(take(&wheel, of: elements, at: 999) == [3])
        #expect(take(&wheel, of: elements, at: 1_000) == [4] && wheel.count == 0)
    }

    @Test func whatIsDueStaysUntilItIsMoved() {
        var (wheel, elements) = wheel([100, 100])
        #expect(wheel.due(at: time(100)).count == 2)
        wheel.move(elements[0], to: time(500))
        #expect(wheel.due(at: time(300)).count == 1)
        // A time that is over is due in the next tick, not in this one again.
        wheel.move(elements[1], to: time(100))
        #expect(wheel.due(at: time(399)).isEmpty)
        #expect(take(&wheel, of: elements, at: 400) == [1] && take(&wheel, of: elements, at: 500) == [0])
    }

    @Test func hastenOnlyMovesForward() {
        var (wheel, elements) = wheel([500, 500, 500])
        wheel.hasten(elements[0], to: time(200))
        wheel.hasten(elements[1], to: time(900))
        wheel.hasten(elements[2], to: time(500))
        #expect(take(&wheel, of: elements, at: 200) == [0])
        #expect(take(&wheel, of: elements, at: 500) == [1, 2])
    }

    /// What is due later than the wheel reaches is due at its end; after a long stall all of it is due, once.
    @Test func itsReachHasAnEnd() {
        var (wheel, elements) = wheel([1_000_000, 50])
        let reach = 100 * (Wheel.slotCount - 1)
        #expect(take(&wheel, of: elements, at: reach - 1) == [1])
        #expect(take(&wheel, of: elements, at: reach) == [0])
        for element in elements { wheel.add(element, due: time(reach + 100)) }
        #expect(take(&wheel, of: elements, at: 10 * reach) == [0, 1])
        wheel.add(elements[0], due: time(10 * reach + 100))
        #expect(take(&wheel, of: elements, at: 10 * reach) == [])
        #expect(take(&wheel, of: elements, at: 11 * reach) == [0])
    }

    @Test func turnsHaveABound() {
        let count = 3 * Wheel.turnCountMax + 10
        var (wheel, elements) = wheel((0..<count).map { 100 + $0 % 300 })
        var counts: [Int] = []
        var seen = Set<ObjectIdentifier>()
        while let due = Optional(wheel.due(at: time(1_000))), !due.isEmpty {
            counts.append(due.count)
            for element in due {
                seen.insert(ObjectIdentifier(element))
                wheel.move(element, to: time(2_000))
            }
        }
        #expect(counts == [256, 256, 256, 10] && seen.count == count && wheel.elements.count == count)
        #expect(elements.allSatisfy { $0.wheelPlace.tick == 20 })
    }

    /// Against a plain list of deadlines: each element is due in the first tick that is not before its deadline.
    @Test func agreesWithAList() {
        var random = FastRandom(seed: 7)
        var wheel = Wheel(interval: .milliseconds(100), at: Self.start)
        var deadlines: [ObjectIdentifier: Int] = [:]
        var elements: [Element] = []
        var now = 0
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let element = Element()
                elements.append(element)
                deadlines[ObjectIdentifier(element)] = now + Int.random(in: 1...20_000, using: &random)
                wheel.add(element, due: time(deadlines[ObjectIdentifier(element)]!))
            case 4..<6 where !elements.isEmpty:
                let element = elements[Int.random(in: 0..<elements.count, using: &random)]
                let deadline = now + Int.random(in: 1...20_000, using: &random)
                deadlines[ObjectIdentifier(element)]! = min(deadline, deadlines[ObjectIdentifier(element)]!)
                wheel.hasten(element, to: time(deadline))
            case 6 where !elements.isEmpty:
                let element = elements.remove(at: Int.random(in: 0..<elements.count, using: &random))
                deadlines[ObjectIdentifier(element)] = nil
                wheel.remove(element)
            default:
                now += Int.random(in: 0...250, using: &random)
                let due = Set(wheel.due(at: time(now)).map(ObjectIdentifier.init))
                #expect(due == Set(deadlines.filter { ($0.value + 99) / 100 <= now / 100 }.keys))
                for element in elements where due.contains(ObjectIdentifier(element)) {
                    wheel.remove(element)
                }
                elements.removeAll { due.contains(ObjectIdentifier($0)) }
                for element in due { deadlines[element] = nil }
            }
            #expect(wheel.count == elements.count)
        }
    }
}
