import Monitoring
import Testing

@testable import TierHTTP

@Suite struct OrderedResponsesTests {
    @Test func answersLeaveInRequestOrder() {
        var responses = OrderedResponses<String>()
        let first = responses.begin()
        let second = responses.begin()
        let third = responses.begin()
        responses.complete(third, with: "third")
        #expect(responses.popReady() == nil)
        responses.complete(first, with: "first")
        #expect(responses.popReady() == "first")
        #expect(responses.popReady() == nil)
        responses.complete(second, with: "second")
        #expect(responses.popReady() == "second")
        #expect(responses.popReady() == "third")
        #expect(responses.popReady() == nil)
        #expect(responses.isEmpty)
    }

    @Test func aTicketKeepsItsPlaceWhileOthersLeave() {
        var responses = OrderedResponses<Int>()
        for number in 0..<1000 {
            let early = responses.begin()
            let late = responses.begin()
            responses.complete(early, with: number)
            #expect(responses.popReady() == number)
            #expect(responses.count == 1)
            responses.complete(late, with: -number)
            #expect(responses.popReady() == -number)
        }
    }

    /// Compared with a model: with any order of ends, responses leave in the order of beginnings.
    @Test(arguments: 0..<20 as Range<UInt64>) func requestsMayEndInAnyOrder(seed: UInt64) {
        var random = FastRandom(seed: seed)
        var responses = OrderedResponses<Int>()
        var open: [(number: Int, ticket: OrderedResponses<Int>.Ticket)] = []
        var begun = 0
        var left: [Int] = []
        for _ in 0..<500 {
            if open.isEmpty || Bool.random(using: &random) {
                open.append((begun, responses.begin()))
                begun += 1
            } else {
                let ended = open.remove(at: Int.random(in: 0..<open.count, using: &random))
                responses.complete(ended.ticket, with: ended.number)
            }
            while let number = responses.popReady() { left.append(number) }
        }
        for ended in open.shuffled(using: &random) { responses.complete(ended.ticket, with: ended.number) }
        while let number = responses.popReady() { left.append(number) }
        #expect(left == Array(0..<begun))
    }
}
