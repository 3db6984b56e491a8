/// Recognizes keys in the bytes that a terminal sends.
package struct KeyReader: Sendable {
    /// A key with an effect on the screen.
    package enum Key: Sendable, Equatable {
        /// `q`.
        case quit
        /// Ctrl-Z.
        case suspend
        /// Arrows, `k` and `j`: scroll by a line.
        case up, down
        /// Page keys, `b` and the space bar: scroll by a screen.
        case pageUp, pageDown
        /// Home and End, `g` and `G`.
        case top, bottom
    }

    private enum State {
        case idle
        /// After an ESC.
        case escape
        /// After ESC and `[` or `O`, with the first parameter byte.
        case sequence(UInt8)
    }

    private var state = State.idle

    package init() {}

    /// Reads a byte.
    ///
    /// - Returns: the key that ends with it; nil in the middle of one, and for an unknown one.
    package mutating func read(_ byte: UInt8) -> Key? {
        switch state {
        case .idle:
            if byte == Self.escape { state = .escape }
            return Self.plain[byte]
        case .escape:
            let isSequence = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O")
            state = isSequence ? .sequence(0) : byte == Self.escape ? .escape : .idle
            return isSequence || byte == Self.escape ? nil : Self.plain[byte]
        case .sequence(let number):
            // Parameters, such as the 5 of ESC [ 5 ~, and their separators.
            if (0x20...0x3F).contains(byte) {
                state = .sequence(number == 0 ? byte : number)
                return nil
            }
            state = .idle
            return byte == UInt8(ascii: "~") ? Self.numbered[number] : Self.lettered[byte]
        }
    }

    private static let escape: UInt8 = 0x1B
    private static let plain: [UInt8: Key] = [
        UInt8(ascii: "q"): .quit, 0x1A: .suspend, UInt8(ascii: "k"): .up, UInt8(ascii: "j"): .down,
        UInt8(ascii: "b"): .pageUp, UInt8(ascii: " "): .pageDown, UInt8(ascii: "g"): .top,
        UInt8(ascii: "G"): .bottom,
    ]
    private static let lettered: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "H"): .top, UInt8(ascii: "F"): .bottom,
    ]
    private static let numbered: [UInt8: Key] = [
        UInt8(ascii: "1"): .top, UInt8(ascii: "4"): .bottom, UInt8(ascii: "5"): .pageUp,
        UInt8(ascii: "6"): .pageDown, UInt8(ascii: "7"): .top, UInt8(ascii: "8"): .bottom,
    ]
}
