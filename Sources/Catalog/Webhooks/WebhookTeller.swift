internal import Logging
internal import Model
internal import Monitoring
internal import NIOCore
internal import Outside
internal import Synchronization

/// Tells one webhook: one letter after the other, in the ledger's order. Where it is stands in the database, which
/// learns of a letter only after it was taken or is among the dead. So whatever dies in between, the letter is sent again.
final class WebhookTeller: Sendable {
    let row: WebhookRow
    private let engine: CatalogEngine
    private let outside: OutsideClient
    private let limits: WebhookLimits
    private let loop: any EventLoop
    private let figures: WebhookFigures
    private let logger: Logger
    /// Until when this catalog may tell it, in nanoseconds of uptime.
    private let heldUntil = Atomic<UInt64>(0)
    private let hasWanted = Atomic<Bool>(false)
    private let isOver = Atomic<Bool>(false)
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(
        _ row: WebhookRow, engine: CatalogEngine, outside: OutsideClient, limits: WebhookLimits,
        loop: any EventLoop, figures: WebhookFigures, logger: Logger
    ) {
        self.row = row
        self.engine = engine
        self.outside = outside
        self.limits = limits
        self.loop = loop
        self.figures = figures
        self.logger = logger
    }

    private var number: Int64 { row.webhook.number }

    // MARK: Its life

    func start() {
        task.withLock { $0 = Task { await run() } }
    }

    /// Takes in how the webhook was found, and until when it may be told.
    func follow(_ row: WebhookRow, until end: NIODeadline) {
        heldUntil.store(end.uptimeNanoseconds, ordering: .relaxed)
        if row.hasWanted { hasWanted.store(true, ordering: .relaxed) }
    }

    func cancel() { task.withLock { $0?.cancel() } }

    /// Waits for the end, which comes soon after ``cancel()``.
    func end() async { await task.withLock { $0 }?.value }

    /// Whether it has ended, by itself or not.
    var hasEnded: Bool { isOver.load(ordering: .relaxed) }

    private var isHeld: Bool {
        NIODeadline.now().uptimeNanoseconds < heldUntil.load(ordering: .relaxed)
    }

    /// Tells until it is cancelled, the webhook is gone or another catalog's, or the database cannot be used. Who wants
    /// it to go on starts another one, which knows nothing but what the database says.
    private func run() async {
        var course = WebhookCourse(row.webhook, limits: limits)
        do {
            while !Task.isCancelled {
                figures.reached(course.position, number)
                if hasWanted.exchange(false, ordering: .relaxed), isHeld {
                    guard try await resend() else { break }
                }
                guard isHeld, course.allowsAttempt(at: .now()), engine.lastMovement > course.position else {
                    try await Task.sleep(for: limits.idleInterval)
                    continue
                }
                guard try await tellNext(&course) else { break }
            }
        } catch {
            if !Task.isCancelled { logger.warning("webhook \(number) waits: \(error)") }
        }
        figures.reached(nil, number)
        isOver.store(true, ordering: .relaxed)
    }

    // MARK: Letters

    /// What is kept of a fault's text.
    private static let answerScalarCountMax = 200

    private enum Answer {
        case taken
        case gone
        case refused(String)
    }

    /// Tells what comes next.
    ///
    /// - Returns: whether to go on.
    private func tellNext(_ course: inout WebhookCourse) async throws -> Bool {
        guard let letter = try await letter(after: course.position, limit: course.movementCountMax) else {
            return true
        }
        guard let letter = letter.letter else {
            guard course.passed(through: letter.next) else { return true }
            return try await note(.delivered(through: course.position), &course, wasTaken: true)
        }
        if PlantedBug.isOn(.notesBeforeTelling) {
            _ = try await note(.delivered(through: letter.through), &course, wasTaken: true)
        }
        // Reading may have taken longer than this catalog has it.
        guard isHeld else { return true }
        let answer = await send(letter)
        guard !Task.isCancelled else { return false }
        switch answer {
        case .taken:
            return try await note(.delivered(through: letter.through), &course, wasTaken: true)
        case .gone:
            logger.warning("webhook \(number) says that it is gone, and is told nothing more")
            _ = try await note(.gone, &course, wasTaken: false)
            return false
        case .refused(let answer):
            guard course.givesUp(movementCount: letter.movementCount, at: .now) else {
                return try await note(.failed(answer: answer), &course, wasTaken: false)
            }
            logger.error("webhook \(number): movement \(letter.last) is given up: \(answer)")
            let telling = WebhookChange.Telling.dead(
                sequence: letter.last, answer: answer, countMax: limits.deadLetterCountMax)
            return try await note(telling, &course, wasTaken: false)
        }
    }

    /// What the ledger has to tell this webhook, if anything, and where it goes on.
    private func letter(
        after position: Int64, limit: Int
    ) async throws -> (letter: WebhookLetter?, next: Int64)? {
        let page = try await engine.events(after: position, limit: limit, for: nil, on: loop).get()
        let letter = WebhookLetter(
            page, kinds: row.webhook.kinds, byteCountMax: limits.letterByteCountMax)
        // What is known to be in the ledger may not be confirmed yet.
        guard letter != nil || page.next > position else {
            try await Task.sleep(for: limits.idleInterval)
            return nil
        }
        return (letter, page.next)
    }

    private func send(_ letter: WebhookLetter) async -> Answer {
        let answer: Answer
        do {
            let status = try await outside.post(
                letter.body, to: row.webhook.url, fields: letter.fields(row.secret, at: .now))
            answer =
                switch status {
                case 200..<300: .taken
                case 410: .gone
                default: .refused("status \(status)")
                }
        } catch {
            answer = .refused(ShownText.escaped("\(error)", scalarCountMax: Self.answerScalarCountMax))
        }
        if case .taken = answer { figures.delivered(letter.eventCount) } else { figures.failed() }
        return answer
    }

    /// Notes what came of a letter.
    ///
    /// - Returns: whether the webhook is still this catalog's.
    private func note(
        _ telling: WebhookChange.Telling, _ course: inout WebhookCourse, wasTaken: Bool
    ) async throws -> Bool {
        guard let webhook = try await note(telling) else { return false }
        var random = SystemRandomNumberGenerator()
        course.noted(webhook, wasTaken: wasTaken, at: .now(), random: &random)
        return true
    }

    private func note(_ telling: WebhookChange.Telling) async throws -> Webhook? {
        try await engine.change(.told(number, telling), on: loop).get().webhooks.first?.webhook
    }

    // MARK: Dead letters

    /// Sends the dead letters again that are wanted, up to the first that is not taken: the rest has its turn after what
    /// is new.
    ///
    /// - Returns: whether to go on.
    private func resend() async throws -> Bool {
        let (number, limit) = (number, limits.movementCountMax)
        let dead = try await engine.read(on: loop) {
            try $0.deadLetters(of: number, after: 0, limit: limit, areWanted: true)
        }.get()
        for dead in dead {
            var answer = Answer.taken
            if let letter = try await letter(after: dead.sequence - 1, limit: 1)?.letter,
                letter.last == dead.sequence
            {
                answer = await send(letter)
                guard !Task.isCancelled else { return false }
            }
            switch answer {
            case .taken:
                guard try await note(.resent(sequence: dead.sequence, answer: nil)) != nil else {
                    return false
                }
            case .gone:
                _ = try await note(.gone)
                return false
            case .refused(let answer):
                return try await note(.resent(sequence: dead.sequence, answer: answer)) != nil
            }
        }
        return true
    }
}
