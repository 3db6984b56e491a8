import Testing

@testable import Storefront

/// Which password is hashed next.
@Suite struct SignInQueueTests {
    private func origin(_ number: Int) -> SignInOrigin { SignInOrigin(address: "10.0.0.\(number)") }

    @Test func addressesTakeTurns() {
        var queue = SignInQueue<String>()
        for number in 1...4 { #expect(queue.add("a\(number)", from: origin(1)) == nil) }
        #expect(queue.add("b", from: origin(2)) == nil)
        #expect(queue.next() == "a1")
        #expect(queue.add("c", from: origin(3)) == nil)
        var order: [String] = []
        while let next = queue.next() { order.append(next) }
        #expect(order == ["b", "a2", "c", "a3", "a4"])
        #expect(queue.next() == nil)
    }

    @Test func limitsThePlacesOfAnAddress() {
        var queue = SignInQueue<Int>()
        for number in 0..<SignInLimits.placesPerOriginMax {
            #expect(queue.add(number, from: origin(1)) == nil)
        }
        #expect(queue.add(99, from: origin(1)) == 99)
        #expect(queue.add(100, from: origin(2)) == nil)
    }

    @Test func aFullQueueMakesRoomForAnotherAddress() {
        var queue = SignInQueue<Int>()
        let crowds = SignInLimits.strangerAttemptCountMax / SignInLimits.placesPerOriginMax
        for number in 0..<SignInLimits.strangerAttemptCountMax {
            #expect(queue.add(number, from: origin(number % crowds)) == nil)
        }
        // Addresses with several places lose the newest first, until each has one.
        let displaced = (0..<SignInLimits.strangerAttemptCountMax).compactMap {
            queue.add(1_000 + $0, from: origin(crowds + $0))
        }
        #expect(displaced.count == SignInLimits.strangerAttemptCountMax)
        let refused = displaced.filter { $0 >= 1_000 }.count
        #expect(refused == crowds, "the crowds keep one place each")
        var served = 0
        while queue.next() != nil { served += 1 }
        #expect(served == SignInLimits.strangerAttemptCountMax)
    }

    @Test func knownDevicesHaveTheirOwnPlaces() {
        var queue = SignInQueue<Int>()
        for number in 0..<SignInLimits.strangerAttemptCountMax {
            #expect(queue.add(number, from: origin(number)) == nil)
        }
        #expect(queue.add(-1, from: origin(5_000)) == -1)
        #expect(queue.add(-2, from: SignInOrigin(device: "d")) == nil)
        #expect(queue.next() == -2 && queue.next() == 0)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2/64"), ("2001:db8:1:2::9", "2001:db8:1:2/64"),
        ("fe80::1%eth0", "fe80:0:0:0/64"), ("", ""), ("unix", "unix"),
    ])
    func anIPv6NetworkIsOneAddress(address: String, name: String) {
        #expect(SignInOrigin(address: address).name == name)
    }
}
