import Foundation
import GRDB
import Model
import NIOCore
import Storage

/// The common part of all tiers, which can be started, frozen, ended at any step and restarted.
// Unchecked: a simulation has one thread.
class SimulatedServer: @unchecked Sendable {
    /// What waits for a commit at a point.
    struct Ambush {
        let point: Execution.Point
        /// Ends the tier there; else the disk fails.
        let isDeadly: Bool
        let isPowerCut: Bool
    }

    /// The death of a tier inside a commit, as the commit sees it.
    struct Ended: Error {}

    let name: String
    let world: World
    /// Counts the tier's lives. An answer of an earlier life is dropped.
    private(set) var generation = 0
    private(set) var isUp = false
    var frozenUntil = NIODeadline.uptimeNanoseconds(0)
    var ambush: Ambush?
    private var works: [Int: (kind: Execution.Work, body: () -> Void)] = [:]
    private var lastWork = 0

    init(_ name: String, world: World) {
        self.name = name
        self.world = world
    }

    // MARK: What a tier adds

    func open() throws {}
    /// Whether a start may fail for want of a database, and is then tried again.
    var needsDatabase: Bool { false }
    /// Whether the start that just ended is to be cut short.
    var diesYoung: Bool { false }
    /// The tier ends: later content of its files does not count.
    func capture(isPowerCut: Bool) {}
    /// Releases all objects of the tier.
    func letGo() {}
    /// Called when it is gone.
    func restore() throws {}

    // MARK: Life and death

    func start() {
        guard !isUp else { return }
        do {
            try open()
            isUp = true
            world.record("\(name) is up")
            if diesYoung { die(isPowerCut: false, downMicros: world.pick(1_000...300_000)) }
        } catch  where needsDatabase {
            world.record("\(name) finds no database: \(error)")
            world.after(micros: 200_000...200_000) { self.start() }
        } catch {
            world.fault("\(name) cannot start: \(error)")
        }
    }

    /// Ends the tier immediately, and starts it again `downMicros` later.
    func die(isPowerCut: Bool, downMicros: Int) {
        guard isUp else { return }
        world.record("\(name) dies\(isPowerCut ? " in a power cut" : "")")
        isUp = false
        generation += 1
        ambush = nil
        frozenUntil = world.now
        capture(isPowerCut: isPowerCut)
        // A commit may be on the stack: its frames have to end first.
        world.soon { self.bury() }
        world.after(micros: (downMicros + 1)...(downMicros + 1)) { self.start() }
    }

    private func bury() {
        let left = works.sorted { $0.key < $1.key }
        works = [:]
        // A read changes nothing, and its future is still referenced.
        for work in left where work.value.kind == .read { work.value.body() }
        letGo()
        world.soon {
            do {
                try self.restore()
            } catch {
                self.world.fault("\(self.name): its files could not be put back: \(error)")
            }
        }
    }

    // MARK: Work

    func execution() -> Execution {
        .stepped(
            schedule: { work, body in self.schedule(work, body) },
            arrive: { point in try self.arrive(point) })
    }

    private func schedule(_ kind: Execution.Work, _ body: @escaping () -> Void) {
        // The last requests of a dead tier end when they are released.
        if !isUp, kind == .read { return body() }
        lastWork += 1
        works[lastWork] = (kind, body)
        let number = lastWork
        let micros =
            switch kind {
            case .commit: 200...6_000
            case .read: 100...3_000
            case .recovery: 250_000...250_000
            }
        world.after(micros: micros) { self.run(number) }
    }

    private func run(_ number: Int) {
        guard frozenUntil <= world.now else {
            world.loop.scheduleTask(deadline: frozenUntil) { self.run(number) }
            return
        }
        guard let work = works.removeValue(forKey: number) else { return }
        work.body()
    }

    private func arrive(_ point: Execution.Point) throws {
        reached(point)
        guard let ambush, ambush.point == point else { return }
        self.ambush = nil
        if ambush.isDeadly {
            world.record("\(name): the end comes \(point)")
            die(isPowerCut: ambush.isPowerCut, downMicros: world.pick(1_000...900_000))
            throw Ended()
        }
        world.record("\(name): the disk fails \(point)")
        throw DatabaseError(resultCode: .SQLITE_IOERR, message: "simulated")
    }

    /// The database as it is now, if the start is to end when the log is repaired and the database does not
    /// know it yet.
    func imageOfYoungDeath(database: String, log: String) -> DiskImage? {
        guard !world.isHealed, world.chance(percent: 8) else { return nil }
        return DiskImage(database: database, log: log) { _ in .max }
    }

    /// Called at every point of a commit or a start.
    func reached(_ point: Execution.Point) {}
}
