/// A keeper who is signed in somewhere. It ends when it is not used, and after some time in any case.
package struct KeeperSession: Equatable, Sendable {
    /// The longest time without use.
    package static let idleMillisMax: Int64 = 3_600_000
    /// The longest time in all.
    package static let ageMillisMax: Int64 = 12 * 3_600_000
    /// How exactly its last use is known: not every request is worth a write.
    package static let useMillis: Int64 = 60_000
    /// Open sessions of a keeper, at most; a further one ends the one that was not used for longest.
    package static let countMax = 20
    /// What is kept of the name of a device, in UTF-8 bytes.
    package static let deviceByteCountMax = 120

    /// A name by which it can be ended, which opens nothing.
    package let id: String
    package let name: String
    package let role: KeeperRole
    package let opened: Timestamp
    package let used: Timestamp
    /// The browser or program that signed in, as it calls itself.
    package let device: String?

    /// Takes checked parts as they are.
    package init(
        id: String, name: String, role: KeeperRole, opened: Timestamp, used: Timestamp, device: String?
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.opened = opened
        self.used = used
        self.device = device
    }

    /// When it ends unless it is used before.
    package var expires: Timestamp {
        Timestamp(millis: min(used.millis + Self.idleMillisMax, opened.millis + Self.ageMillisMax))
    }

    package func isOpen(at time: Timestamp) -> Bool { time.millis < expires.millis }

    /// Whether a use at `time` is worth writing down.
    package func isUseDue(at time: Timestamp) -> Bool { time.millis - used.millis >= Self.useMillis }

    /// What is kept of the name of a device: on one line, and not too much of it; nil where nothing is left.
    package static func device(_ name: String) -> String? {
        let line = ShopText.kept(String(name.unicodeScalars.map { isShown($0) ? Character($0) : " " }))
        var kept = String.UnicodeScalarView()
        var byteCount = 0
        for scalar in line.unicodeScalars {
            byteCount += UTF8.width(scalar)
            guard byteCount <= deviceByteCountMax else { break }
            kept.append(scalar)
        }
        let device = ShopText.kept(String(kept))
        return ShopText.fault(in: device, byteCountMax: deviceByteCountMax) == nil ? device : nil
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: false
        default: true
        }
    }
}
