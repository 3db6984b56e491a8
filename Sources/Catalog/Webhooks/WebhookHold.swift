internal import Model
internal import NIOCore

/// Which webhooks a catalog beside others tells, and until when. A pure state machine: the time is an argument. What is
/// held is counted from before the database was asked, and given up a moment early, so that no clock of another catalog
/// matters.
struct WebhookHold {
    private static let margin = TimeAmount.seconds(1)

    private let time: TimeAmount
    private let renewalTime: TimeAmount
    private var numbers: Set<Int64> = []
    private var renewal = NIODeadline.uptimeNanoseconds(0)
    private(set) var end = NIODeadline.uptimeNanoseconds(0)

    init(_ limits: WebhookLimits) {
        time = .seconds(limits.holdSeconds)
        renewalTime = TimeAmount(limits.renewalInterval)
    }

    /// Whether the database should be asked: there is one that nobody tells, or it is time to say again whose they are.
    func isDue(_ rows: [WebhookRow], at now: NIODeadline) -> Bool {
        rows.contains { $0.hold == .nobodys || $0.hold == .own && now >= renewal }
    }

    /// Takes in which ones are held after a question that was asked at `asked`.
    mutating func took(_ rows: [WebhookRow], asked: NIODeadline) {
        numbers = Set(rows.map(\.webhook.number))
        end = asked + time - Self.margin
        renewal = asked + renewalTime
    }

    /// Those that are held at `now`.
    func held(at now: NIODeadline) -> Set<Int64> { now < end ? numbers : [] }
}
