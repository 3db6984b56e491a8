import NIOCore
import Testing

@testable import TierHTTP

/// How a connection ends, without a socket.
@Suite struct ConnectionLifeTests {
    private static let limits = ConnectionLife.Limits(
        idleTimeMax: .seconds(75), requestReadTimeMax: .seconds(10), lingerTimeMax: .seconds(2))
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test func closesOnceAndBehindAllAnswers() {
        var life = ConnectionLife(at: start)
        #expect(life.closes(at: start, isAnswered: true) == false)
        life.endRequest(isLast: false)
        #expect(life.isOpen)
        life.endRequest(isLast: true)
        #expect(!life.isOpen && !life.closes(at: start, isAnswered: false))
        #expect(life.ends(at: start) == nil)
        #expect(life.closes(at: start, isAnswered: true) && !life.closes(at: start, isAnswered: true))
        life.delayClosing(to: start + .seconds(1))
        #expect(life.phase == .closing(since: start + .seconds(1)))
        #expect(life.ends(at: start) == .output && life.ends(at: start) == nil)
        // Late bytes change nothing.
        life.closeInput()
        life.endRequests()
        life.delayClosing(to: start)
        #expect(life.phase == .lingering(since: start))
    }

    @Test func anEndedInputClosesTheWholeConnection() {
        var life = ConnectionLife(at: start)
        life.closeInput()
        #expect(life.phase == .ended && life.closes(at: start, isAnswered: true))
        #expect(life.ends(at: start) == .whole)
    }

    @Test func drainWaitsOnlyForASendingClient() {
        let late = start + .seconds(3)
        for isArriving in [true, false] {
            var life = ConnectionLife(at: start)
            if isArriving { life.bytesArrive(at: late) }
            life.drain(at: late, limits: Self.limits)
            #expect(life.closes(at: late, isAnswered: true) == true)
            #expect(life.ends(at: late) == (isArriving ? .output : .whole))
        }
        var used = ConnectionLife(at: start)
        used.answer(at: late)
        used.drain(at: late, limits: Self.limits)
        #expect(used.closes(at: late, isAnswered: true) && used.ends(at: late) == .output)
    }

    @Test func eachRequestIsTimedFromItsFirstByte() {
        var life = ConnectionLife(at: start)
        func isSlow(_ life: inout ConnectionLife, at now: NIODeadline) -> Bool {
            guard case .refuse = life.check(at: now, isBehind: false, isIdle: false, limits: Self.limits)
            else {
                return false
            }
            return true
        }
        life.bytesArrive(at: start)
        life.bytesArrive(at: start + .seconds(9))
        #expect(!isSlow(&life, at: start + .seconds(10)) && isSlow(&life, at: start + .seconds(11)))
        life.endRequest(isLast: false)
        #expect(isSlow(&life, at: start + .seconds(11)) == false)
        life.bytesArrive(at: start + .seconds(20))
        #expect(!isSlow(&life, at: start + .seconds(30)) && isSlow(&life, at: start + .seconds(31)))
    }
}
