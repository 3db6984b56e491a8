import Foundation
import Model
import TestSupport

/// A run of the store under the recorder, and the disk images that a power cut leaves at each moment.
final class PowerCut {
    /// The course of the run: enough sales for a checkpoint of the write-ahead log among them, orders of several books, some
    /// of which are cancelled, a clean restart, and a crash.
    struct Script: Sendable {
        var saleCount = 220
        var restartAfter = 60
        var crashAfter = 120
        /// After so many sales comes an order, and after so many orders one is cancelled.
        var orderEvery = 7
        var cancelEvery = 3
        /// `DISK_FAIL_SYNC` of a tier: see the recorder.
        var failedSync: (tier: Tier, value: String)?
        /// The tier dies before it can react to the failed sync.
        var diesOfFault = false
    }

    /// A moment at which the power is cut: just before the record `end`.
    struct Moment {
        let number: Int
        let end: Int
    }

    static let items = 1...4
    /// What orders are of.
    static let orderLines = #"{"lines":[{"item_number":"1","copies":2},{"item_number":"3","copies":1}]}"#
    static let books = items.map { "init,\($0),1000,10,t,Book \($0)\n" }.joined()

    private let folder: String
    private let store: String
    private let trace: DiskTrace
    private(set) var records: [DiskRecord] = []
    /// What went wrong while the store was selling.
    private(set) var complaints: [String] = []

    /// - Parameter folder: an empty folder for all files.
    init(folder: String) throws {
        // The recorder writes resolved paths.
        self.folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        store = self.folder + "/store"
        trace = DiskTrace(path: self.folder + "/trace")
        try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: false)
    }

    // MARK: The run

    /// Compiles the recorder.
    private func buildRecorder() throws -> String {
        let library = folder + "/recorder.so"
        let source = Program.folder + "/Tests/DiskTests/shim/recorder.c"
        let compiler = try ServerProcess(
            "clang", "clang", ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"],
            in: folder)
        guard compiler.statusAtEnd(within: 60) == 0 else {
            throw ServerProcess.Failed(description: "clang cannot compile the recorder: \(compiler.said)")
        }
        return library
    }

    /// Sells, and records every answer among the records of the disk.
    func run(_ script: Script) throws {
        let recorder = try buildRecorder()
        let shop = try DiskStore(folder: store, books: Self.books)
        var isFirstLaunch = true
        let launch = { (tiers: [Tier]) in
            defer { isFirstLaunch = false }
            for tier in tiers {
                let failed = isFirstLaunch && script.failedSync?.tier == tier ? script.failedSync?.value : nil
                try self.launch(tier, of: shop, recorder: recorder, failedSync: failed)
            }
            do {
                try shop.waitUntilReady(tiers)
            } catch {
                // A tier may refuse to start on a failing disk. The next start has a working one.
                guard isFirstLaunch, script.failedSync != nil else { throw error }
                for tier in tiers where !shop.isRunning(tier) {
                    try self.launch(tier, of: shop, recorder: recorder, failedSync: nil)
                }
                try shop.waitUntilReady(tiers)
            }
        }
        try launch(Tier.allCases)
        for number in 1...script.saleCount {
            if script.diesOfFault, let failed = script.failedSync, !(try hasFault()) {
                _ = shop.result(
                    "/buy?item_number=\(number % Self.items.count + 1)", of: .frontend, key: "sale-\(number)")
                if try hasFault() {
                    shop.kill([failed.tier])
                    try launch([failed.tier])
                }
            }
            try sell(number, in: shop)
            if number % script.orderEvery == 0 {
                let isCancelled = number / script.orderEvery % script.cancelEvery == 0
                try order("order-\(number)", isCancelled: isCancelled, in: shop)
            }
            if number == script.restartAfter {
                for tier in [Tier.order, .catalog] where shop.run(of: tier)?.stop() != 0 {
                    complaints.append("\(tier) does not stop cleanly: \(shop.said(by: tier))")
                }
                try launch([.catalog, .order])
            } else if number == script.crashAfter {
                shop.kill([.catalog, .order])
                try launch([.catalog, .order])
            }
        }
        shop.kill([.frontend])
        for tier in [Tier.order, .catalog] where shop.run(of: tier)?.stop() != 0 {
            complaints.append("\(tier) does not stop cleanly: \(shop.said(by: tier))")
        }
        records = try trace.records()
        if script.failedSync != nil, !(try hasFault()) { complaints.append("no sync has failed") }
    }

    private func launch(_ tier: Tier, of shop: DiskStore, recorder: String, failedSync: String?) throws {
        guard tier != .frontend else { return try shop.launch(tier) }
        var environment = ["LD_PRELOAD": recorder, "DISK_FOLDER": store, "DISK_TRACE": trace.path]
        environment["DISK_FAIL_SYNC"] = failedSync
        try shop.launch(tier, environment: environment)
    }

    private func hasFault() throws -> Bool { try trace.records().contains { $0.kind == .failedSync } }

    /// One sale, and sometimes a new price of book 4. Each is repeated until its outcome is known.
    private func sell(_ number: Int, in shop: DiskStore) throws {
        let key = "sale-\(number)"
        let item = number % Self.items.count + 1
        let isKnown = poll(within: 15) {
            shop.result("/buy?item_number=\(item)", of: .frontend, key: key) == "Success"
        }
        guard isKnown else {
            throw ServerProcess.Failed(description: "\(key) is not sold: \(shop.said(by: .catalog))")
        }
        try trace.record("sale \(key)")
        guard number % 10 == 0 else { return }
        let isPriced = poll(within: 15) {
            shop.result("/update?item_number=4&cost=\(number)", of: .catalog, key: "price-\(number)")
                == "Success"
        }
        if isPriced { try trace.record("price \(number)") }
    }

    /// An order of several books, repeated until its outcome is known, and perhaps cancelled.
    private func order(_ key: String, isCancelled: Bool, in shop: DiskStore) throws {
        let isKnown = poll(within: 15) { shop.status(of: "/order", body: Self.orderLines, key: key) == 200 }
        guard isKnown else {
            throw ServerProcess.Failed(description: "\(key) is not made: \(shop.said(by: .catalog))")
        }
        try trace.record("sale \(key)")
        guard isCancelled else { return }
        guard poll(within: 15, { shop.status(of: "/cancel", key: key) == 200 }) else {
            throw ServerProcess.Failed(description: "\(key) is not cancelled: \(shop.said(by: .catalog))")
        }
        try trace.record("cancelled \(key)")
    }

    // MARK: The images

    /// The moments just before each sync, and the end.
    var moments: [Moment] {
        let syncs = records.indices.filter { records[$0].isSync || records[$0].kind == .failedSync }
        return (syncs + [records.count]).enumerated().map { Moment(number: $0.offset, end: $0.element) }
    }

    /// Whether the model's files equal the disk's, byte for byte. Otherwise the recorder missed a call.
    func differences() -> [String] {
        var model = DiskModel(root: store)
        for record in records { model.apply(record) }
        let seen = model.seen()
        let names = FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []
        let real = Set(names.filter { $0.contains("/") && !$0.hasSuffix("-shm") }.map { store + "/" + $0 })
        let named = real.symmetricDifference(seen.keys).map { "\($0) is in one of disk and model only" }
        return named
            + seen.filter { real.contains($0.key) }.compactMap { path, file in
                FileManager.default.contents(atPath: path) == Data(file.bytes) ? nil : "\(path) differs"
            }
    }

    /// Keeps the run's files alive under other names, so that an image can have files with their inodes: the
    /// store knows its logs by them.
    private func keepInodes() throws -> [UInt64: String] {
        var kept: [UInt64: String] = [:]
        let holder = folder + "/inodes"
        try? FileManager.default.createDirectory(atPath: holder, withIntermediateDirectories: false)
        let names = FileManager.default.enumerator(atPath: store)?.compactMap { $0 as? String } ?? []
        for name in names.filter({ $0.contains("/") }) {
            var status = stat()
            guard stat(store + "/" + name, &status) == 0 else { continue }
            let path = holder + "/\(status.st_ino)"
            _ = link(store + "/" + name, path)
            kept[UInt64(status.st_ino)] = path
        }
        return kept
    }

    /// Checks the images of the moments that `isChosen` accepts, and calls `found` with the faults of each.
    ///
    /// - Parameters:
    ///   - records: the records of the disk; those of the run unless a test alters them.
    ///   - tryCount: the number of images for each kind of luck.
    /// - Returns: the number of opened images.
    func check(
        records: [DiskRecord]? = nil, tryCount: Int = 1, isChosen: (Moment, DiskModel.Luck) -> Bool,
        found: (String) -> Void
    ) throws -> Int {
        let records = records ?? self.records
        let inodes = try keepInodes()
        var model = DiskModel(root: store)
        var applied = 0
        var answered = Answered()
        var imageCount = 0
        for moment in moments {
            while applied < moment.end {
                let record = records[applied]
                model.apply(record)
                if record.kind == .note { answered.note(record.path) }
                applied += 1
            }
            let lucks = DiskModel.Luck.allCases.filter { isChosen(moment, $0) }
            for (luck, attempt) in lucks.flatMap({ luck in (0..<tryCount).map { (luck, $0) } }) {
                var random = SeededRandom(seed: UInt64(attempt * records.count + moment.number))
                let image = model.image(luck, using: &random)
                imageCount += 1
                if imageCount % 100 == 0 { sayProof("at image \(imageCount) of a power cut") }
                let name = "power cut \(moment.number) of \(moments.count - 1), kept: \(luck)"
                let wrong = try open(image.files, image.folders, inodes: inodes, answered)
                for text in wrong { found("\(name): \(text)") }
            }
        }
        return imageCount
    }

    /// Opens a store on a disk image, and returns its faults.
    private func open(
        _ files: [String: DiskModel.Kept], _ folders: Set<String>, inodes: [UInt64: String],
        _ answered: Answered
    ) throws -> [String] {
        let place = folder + "/image"
        try? FileManager.default.removeItem(atPath: place)
        for path in folders.sorted() {
            try FileManager.default.createDirectory(
                atPath: place + path.dropFirst(store.count), withIntermediateDirectories: true)
        }
        for (path, file) in files {
            let target = place + path.dropFirst(store.count)
            if let holder = inodes[file.inode] { _ = link(holder, target) }
            let descriptor = Foundation.open(target, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            defer { close(descriptor) }
            guard write(descriptor, file.bytes, file.bytes.count) == file.bytes.count else {
                throw ServerProcess.Failed(description: "cannot write \(target)")
            }
        }
        let shop = try DiskStore(folder: place, books: Self.books)
        defer { shop.end() }
        do {
            try shop.start([.catalog, .order])
        } catch {
            return ["\(error)"]
        }
        return RecoveredStore(store: shop).complaints(answered)
    }

    /// What was answered before a power cut.
    struct Answered {
        /// The keys of sales and orders.
        private(set) var sold: [String] = []
        /// The keys of orders that were cancelled.
        private(set) var cancelled: [String] = []
        private(set) var price = 0

        /// Takes a note of the recording.
        mutating func note(_ text: String) {
            let words = text.split(separator: " ")
            switch words[0] {
            case "sale": sold.append(String(words[1]))
            case "cancelled": cancelled.append(String(words[1]))
            case "price": price = Int(words[1]) ?? price
            default: break
            }
        }
    }
}

/// A store that was opened again after a power cut.
struct RecoveredStore {
    let store: DiskStore

    /// What the store forgot, sold twice or cannot do.
    func complaints(_ answered: PowerCut.Answered) -> [String] {
        do {
            return try allComplaints(answered)
        } catch {
            return ["\(error)"]
        }
    }

    private func allComplaints(_ answered: PowerCut.Answered) throws -> [String] {
        var wrong: [String] = []
        let (sold, price) = (answered.sold, answered.price)
        let (keys, back) = try store.ledger()
        let lost = Set(sold).subtracting(keys)
        if !lost.isEmpty { wrong.append("lost \(lost.count) acknowledged sales: \(lost.sorted().prefix(5))") }
        if Set(keys).count < keys.count { wrong.append("a key stands twice in the ledger") }
        if Set(back).count < back.count { wrong.append("an order was cancelled twice") }
        let kept = Set(answered.cancelled).subtracting(back)
        if !kept.isEmpty { wrong.append("lost \(kept.count) acknowledged cancellations: \(kept.sorted())") }
        let now = Int(store.field("cost", of: 4, as: String.self) ?? "") ?? -1
        if now < price { wrong.append("the price of book 4 is \(now), \(price) was acknowledged") }
        // It still sells, and an answered key gets its answer and no second copy.
        let last = sold.last { $0.hasPrefix("sale-") }.map { key in
            (key, (Int(key.dropFirst("sale-".count)) ?? 0) % 4 + 1)
        }
        for (key, item) in [last, ("after-the-cut", 1)].compactMap({ $0 }) {
            let isSold = poll(within: 5) {
                store.result("/buy?item_number=\(item)", of: .order, key: key) == "Success"
            }
            if !isSold { wrong.append("\(key) gets no Success: \(store.said(by: .order))") }
        }
        // So does an answered order.
        if let order = sold.last(where: { $0.hasPrefix("order-") }) {
            let isThere = poll(within: 5) {
                store.status(of: "/order", body: PowerCut.orderLines, key: order, to: .order) == 200
            }
            if !isThere { wrong.append("\(order) is not answered again: \(store.said(by: .order))") }
        }
        let expected = Set(keys).union(["after-the-cut"]).union(sold).count
        let count = try store.ledgerKeys().count
        if count != expected { wrong.append("\(count) sales in the ledger, expected \(expected)") }
        let verdict = try store.verify()
        if verdict.status != 0 { wrong.append("verify: \(verdict.text.prefix(600))") }
        return wrong
    }
}
