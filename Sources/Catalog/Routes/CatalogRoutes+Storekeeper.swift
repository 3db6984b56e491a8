internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Storage
internal import StoreAPI
internal import TierHTTP

/// Routes by which storekeepers change things.
extension CatalogRoutes {
    var keeping: [Route] {
        [
            Route(.updates) { request in
                let wanted = request.json(known: ["actor", "reason", "updates"]) { body in
                    try Self.request(.updates(try Self.updates(in: body)), body, request)
                }
                let books = wanted.flatMap { engine.request($0, on: request.slot.eventLoop) }
                return .pending(books.map { .json(Self.encode(list: $0)) })
            },
            Route(.add) { request in
                let known: Set = ["item_number", "title", "topic", "cost", "stock", "actor", "reason"]
                let wanted = request.json(known: known) { body in
                    try Self.request(.add(try Self.newBook(in: body)), body, request)
                }
                return .pending(
                    wanted.flatMap { engine.request($0, on: request.slot.eventLoop) }.map {
                        .json(Self.encode($0[0]))
                    })
            },
            Route(.retire) { request in
                let known: Set = ["item_number", "expect_version", "actor", "reason"]
                let wanted = request.json(known: known) { body in
                    let work = KeeperRequest.Work.retire(
                        try Self.item(in: body), expectedVersion: try Self.version(in: body))
                    return try Self.request(work, body, request)
                }
                return .pending(
                    wanted.flatMap { engine.request($0, on: request.slot.eventLoop) }.map {
                        .json(Self.encode($0[0]))
                    })
            },
            Route(.load) { .pending(try load($0)) },
            Route(.importing) { _ in
                let (read, written) = imports.now
                return .ready(.json(#"{"result":{"read":\#(read),"written":\#(written)}}"#))
            },
        ]
    }

    /// An update that says who makes it, why, or what is expected; nil for one as the contract has it.
    func keeping(
        _ change: StockChange, in request: TierRequest
    ) throws(StoreError) -> EventLoopFuture<TierResponse>? {
        let actor = try request.line("actor", byteCountMax: KeeperRequest.actorByteCountMax)
        let reason = try request.line("reason", byteCountMax: KeeperRequest.reasonByteCountMax)
        var expectation = KeeperUpdate.Expectation()
        expectation.stock = try request.integer("expect_stock", in: 0...Book.stockMax)
        expectation.version = try request.integer("expect_version", in: 0...Int64.max)
        if let text = try request.target.parameter("expect_cost") {
            guard let price = Cents(parsing: text) else {
                throw .invalid("expect_cost is not an amount of 0 or more with at most two decimals")
            }
            expectation.price = price
        }
        guard actor != nil || reason != nil || expectation != KeeperUpdate.Expectation() else { return nil }
        expectation.priceMax = change.priceMax
        // Its key is remembered with the request, and it is never taken for a sale.
        let update = KeeperUpdate(
            StockChange(item: change.item, price: change.price, units: change.units), expectation: expectation
        )
        let work = KeeperRequest(.updates([update]), actor: actor, reason: reason, key: change.key)
        return engine.request(work, on: request.slot.eventLoop).map { _ in .result(isSuccess: true) }
            .flatMapErrorThrowing { error in
                guard case .conflict? = error as? StoreError else { throw error }
                return .result(isSuccess: false)
            }
    }

    /// Whether a request may have parameters beyond the contract's: a look at the first letters of each parameter,
    /// since nearly every update is a sale at any price and has none of them.
    static func mayHaveOwnParameters(_ target: RequestTarget) -> Bool {
        guard let query = target.query else { return false }
        let bytes = query.utf8.span
        var isFirst = true
        for index in bytes.indices {
            let byte = bytes[index]
            if isFirst {
                if "are%".utf8.contains(byte) { return true }
                // `cost` ends where `cost_max` goes on.
                if byte == UInt8(ascii: "c"), index + 4 < bytes.count,
                    bytes[index + 4] != UInt8(ascii: "=")
                {
                    return true
                }
            }
            isFirst = byte == UInt8(ascii: "&")
        }
        return false
    }

    private func load(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let actor = try request.line("actor", byteCountMax: KeeperRequest.actorByteCountMax)
        let reason = try request.line("reason", byteCountMax: KeeperRequest.reasonByteCountMax)
        let key = try request.idempotencyKey()
        let isDryRun = try request.choice("dry_run", as: Answer.self) == .yes
        let eventLoop = request.slot.eventLoop
        let text = request.body
        let read = engine.read(on: eventLoop, .file) { [imports] store in
            let lines = try Self.lines(in: text, imports)
            guard isDryRun else { return lines }
            let (refused, count) = try store.taken(lines)
            guard count == 0 else { throw StoreError.refusedLines(refused, count: count) }
            return lines
        }
        let answered = read.flatMap { lines in
            let answer = { @Sendable [count = lines.count] in
                TierResponse.json(#"{"result":{"books":\#(count)}}"#)
            }
            guard !isDryRun else { return eventLoop.makeSucceededFuture(answer()) }
            let work = KeeperRequest.Work.load(lines) { [imports] in imports.writing($0, of: lines.count) }
            let wanted = KeeperRequest(work, actor: actor, reason: reason, key: key)
            return engine.request(wanted, on: request.slot.eventLoop).map { _ in answer() }
        }
        answered.whenComplete { [imports] _ in imports.end() }
        return answered
    }

    private enum Answer: String, CaseIterable {
        case yes = "true"
        case no = "false"
    }

    /// The books of a catalog file, or everything that is wrong with it.
    private static func lines(
        in text: ByteBuffer, _ imports: ImportProgress
    ) throws -> [(line: Int, book: Book)] {
        guard let string = String(validating: text.readableBytesView, as: UTF8.self) else {
            throw StoreError.invalid("the body is not UTF-8 text")
        }
        var reading = BooksReading()
        for (number, line) in FileLines(string) {
            reading.add(line, number: number)
            if number % ImportProgress.step == 0 { imports.reading(number) }
        }
        guard reading.refusedCount == 0 else {
            throw StoreError.refusedLines(reading.refused, count: reading.refusedCount)
        }
        guard !reading.books.isEmpty else { throw StoreError.invalid("the body has no books in it") }
        return reading.books
    }

    // MARK: Decoding

    private static func request(
        _ work: KeeperRequest.Work, _ body: JSONBody, _ request: TierRequest
    ) throws(StoreError) -> KeeperRequest {
        KeeperRequest(
            work, actor: try note("actor", in: body, byteCountMax: KeeperRequest.actorByteCountMax),
            reason: try note("reason", in: body, byteCountMax: KeeperRequest.reasonByteCountMax),
            key: try request.idempotencyKey())
    }

    private static func updates(in body: JSONBody) throws(StoreError) -> [KeeperUpdate] {
        let objects = try body.objects(
            "updates",
            known: ["item_number", "cost", "stock", "expect_cost", "expect_stock", "expect_version"],
            countMax: KeeperRequest.updateCountMax)
        var updates: [KeeperUpdate] = []
        for object in objects {
            let price = try price("cost", in: object)
            let units = try object.integer("stock", in: -StockChange.unitsMax...StockChange.unitsMax)
            guard price != nil || units != nil else {
                throw object.fault("cost", "and stock are both missing: there is nothing to update")
            }
            let change = StockChange(item: try item(in: object), price: price, units: units)
            let expectation = KeeperUpdate.Expectation(
                stock: try object.integer("expect_stock", in: 0...Book.stockMax),
                price: try self.price("expect_cost", in: object), version: try version(in: object))
            updates.append(KeeperUpdate(change, expectation: expectation))
        }
        return updates
    }

    private static func newBook(in body: JSONBody) throws(StoreError) -> NewBook {
        guard let title = try line("title", in: body, byteCountMax: ShopText.titleByteCountMax) else {
            throw body.fault("title", "is missing")
        }
        guard let topic = try line("topic", in: body, byteCountMax: ShopText.topicByteCountMax) else {
            throw body.fault("topic", "is missing")
        }
        guard let price = try price("cost", in: body) else { throw body.fault("cost", "is missing") }
        let hasNumber = try body.text("item_number") != nil
        return NewBook(
            item: hasNumber ? try item(in: body) : nil, title: title, topic: topic, price: price,
            stock: try body.integer("stock", in: 0...Book.stockMax) ?? 0)
    }

    private static func item(in body: JSONBody) throws(StoreError) -> ItemNumber {
        guard let text = try body.text("item_number"), let item = ItemNumber(parsing: text) else {
            throw body.fault(
                "item_number", "is not a string with a whole number from 1 to \(ItemNumber.valueMax)")
        }
        return item
    }

    private static func version(in body: JSONBody) throws(StoreError) -> Int64? {
        try body.integer("expect_version", in: 0...Int64.max)
    }

    private static func price(_ name: String, in body: JSONBody) throws(StoreError) -> Cents? {
        guard let text = try body.text(name) else { return nil }
        guard let price = Cents(parsing: text) else {
            throw body.fault(name, "is not an amount of 0 or more with at most two decimals")
        }
        return price
    }

    /// Text that may be left out; an empty field of a form says no more than none.
    private static func note(
        _ name: String, in body: JSONBody, byteCountMax: Int
    ) throws(StoreError) -> String? {
        guard try body.text(name) != "" else { return nil }
        return try line(name, in: body, byteCountMax: byteCountMax)
    }

    private static func line(
        _ name: String, in body: JSONBody, byteCountMax: Int
    ) throws(StoreError) -> String? {
        guard let text = try body.text(name) else { return nil }
        if let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) { throw body.fault(name, fault) }
        return ShopText.kept(text)
    }

    private static func encode(list books: [BookDetails]) -> ByteBuffer {
        var json = ByteBuffer(string: #"{"result":"#)
        json.writeArray(books) { $0.writeBook($1) }
        json.writeStaticString("}")
        return json
    }
}
