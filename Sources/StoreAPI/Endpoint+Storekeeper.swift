internal import Model
internal import NIOHTTP1
internal import TierHTTP

// For storekeepers.
extension Endpoint {
    static let keeping = [
        books, book, movements, totals, updates, add, edit, newCover, retire, restore, load, undo,
    ]

    // MARK: Lists

    package static let books = Endpoint(
        "books", right: .read, isLong: true, lane: .reads,
        RouteDoc(
            summary: "Books with copies sold and versions.",
            parameters: [
                .words("As in find; then without retired books."),
                .query("stock_max", .stock, "Only books with at most so many copies."),
                .query(
                    "retired", .choice(RetiredBooks.allCases.map(\.rawValue)),
                    "Whether retired books are listed."),
                .limit(StoreLimits.listCountMax),
            ] + RouteDoc.Parameter.selection, success: .fullBookPage, refusals: [400],
            example: .init(query: "stock_max=3")))

    package static let book = Endpoint(
        "book", right: .read, lane: .reads,
        RouteDoc(
            summary: "One book, also a retired one.", parameters: [.itemNumber], success: .fullBookResult,
            refusals: [400, 404], example: .init(query: "item_number=1")))

    package static let movements = Endpoint(
        "movements", right: .read, isLong: true, lane: .reads,
        RouteDoc(
            summary: "The ledger, newest first. A page may be short and still have a `next`.",
            parameters: [
                .query("item_number", .item, "Only this book."),
                .query("kind", .choice(Movement.Kind.allCases.map(\.rawValue)), "Only this kind."),
                .limit(StoreLimits.listCountMax),
                .query("after", .sequence, "Go on after this movement: the `next` of the page before."),
            ], success: .movementPage, refusals: [400, 404], example: .init(query: "kind=sale&limit=10")))

    package static let totals = Endpoint(
        "totals", right: .read, isLong: true, lane: .reads,
        RouteDoc(
            summary: "Sales by day and topic, less what came back.",
            parameters: [
                .query("days", .count(StoreLimits.dayCountMax), "How many days, with today."),
                .query(
                    "zone", .pattern("^[A-Za-z0-9_+/-]{1,40}$"),
                    "The time zone in which days begin, such as Europe/Berlin; UTC without it."),
            ],
            success: .totals, refusals: [400], example: .init(query: "days=7")))

    /// The order server's.
    package static let orders = Endpoint(
        "orders", right: .read, isLong: true, lane: .reads,
        RouteDoc(
            summary: "Completed purchases, newest first.",
            parameters: [
                .limit(StoreLimits.listCountMax), .query("after", .sequence, "Go on after this order."),
            ], success: .orderPage, refusals: [400], example: .init(query: "limit=10")))

    /// The frontend's.
    package static let tiers = Endpoint(
        "tiers", right: .read, lane: .probes,
        RouteDoc(summary: "How the servers behind are.", success: .tiers))

    // MARK: Changes

    package static let updates = Endpoint(
        "updates", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary: "Several changes of prices and stocks: all of them or none.", parameters: [.key],
            body: .json(.updates), success: .fullBooks, refusals: [400, 404, 409, 412, 413, 422],
            example: .init(
                body:
                    #"{"actor": "ann", "reason": "delivery", "updates": [{"item_number": "2", "stock": 5}]}"#)
        ))

    package static let add = Endpoint(
        "add", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary: "Adds a book.", parameters: [.key], body: .json(.newBook), success: .fullBookResult,
            refusals: [400, 409, 413, 422],
            example: .init(
                body: #"{"title": "Small Gardens", "topic": "gardening", "cost": "12.50", "stock": 9}"#)))

    package static let edit = Endpoint(
        "edit", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary: "Changes title, topic and details of a book: what is given; `null` removes a detail.",
            parameters: [.key], body: .json(.edit), success: .fullBookResult,
            refusals: [400, 404, 409, 412, 413, 422],
            example: .init(
                body:
                    #"{"item_number": "1", "isbn": "978-0-306-40615-7", "authors": ["A. Author", "B. Writer"]}"#
            )))

    /// `/cover`, where customers get what is sent here.
    package static let newCover = Endpoint(
        "cover", [.POST], right: .change, bodyBytesMax: CoverImage.byteCountMax, lane: .changes,
        RouteDoc(
            summary: "Gives a book a cover: a PNG, JPEG or WebP image.",
            parameters: [
                .itemNumber, .query("expect_version", .version, "The version that the sender last saw."),
                .actor("Who gives it."), .reason, .key,
            ], body: RouteDoc.Body(contentType: "application/octet-stream", schema: .image),
            success: .fullBookResult, refusals: [400, 404, 412, 413, 422],
            example: .init(query: "item_number=1", body: "@cover.png")))

    package static let retire = Endpoint(
        "retire", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary: "Takes a book out of the shop.", parameters: [.key], body: .json(.retirement),
            success: .fullBookResult, refusals: [400, 404, 409, 412, 413, 422],
            example: .init(body: #"{"item_number": "4", "reason": "out of print"}"#)))

    package static let restore = Endpoint(
        "restore", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary: "Brings a retired book back into the shop, under its number.", parameters: [.key],
            body: .json(.restoration), success: .fullBookResult, refusals: [400, 404, 409, 413, 422],
            example: .init(body: #"{"item_number": "4", "reason": "a new edition"}"#)))

    /// `/import`.
    package static let load = Endpoint(
        "import", [.POST], right: .change, bodyBytesMax: StoreLimits.fileByteCountMax, lane: .changes,
        RouteDoc(
            summary:
                "Adds and changes the books of a file: a table with a header row, or `init,item_number,stock,cost,topic,title` a line.",
            parameters: [
                .query(
                    "dry_run", .choice(["true", "false"]),
                    "Only look what it comes to; of a table, with the refused rows."),
                .query(
                    "update", .choice(["true", "false"]), "Whether books that are there already are changed."),
                .query(
                    "stock", .choice(ImportOptions.Stock.allCases.map(\.rawValue)),
                    "Whether a row's stock is what is on the shelf, or comes to it."),
                .query(
                    "unknown", .choice(ImportOptions.Unknown.allCases.map(\.rawValue)),
                    "What to do about columns of which nobody knows what they hold."),
                .query(
                    "retired", .choice(ImportOptions.Retired.allCases.map(\.rawValue)),
                    "What to do about rows of retired books."),
                .query(
                    "columns", .line(byteCountMax: ImportMapping.byteCountMax),
                    #"What columns hold, as a JSON object by their headers: `{"Price":"cost","Shelf":null}`. Kept for files with the same header."#
                ),
                .actor("Who adds them."), .reason, .key,
            ], body: .text, success: .imported, refusals: [400, 409, 413, 422],
            example: .init(
                query: "reason=spring+list", key: "spring-list",
                body: "init,101,9,12.50,gardening,Small Gardens")))

    package static let undo = Endpoint(
        "undo", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary:
                "Takes an import back: retires the books that it added, and sets the others back. What was changed since stays.",
            parameters: [
                .query("import", .key, isRequired: true, "The import's key."), .actor("Who undoes it."),
                .reason,
            ], success: .undone, refusals: [400, 409], example: .init(query: "import=spring-list")))

    /// The catalog's, not passed on.
    package static let importing = Endpoint(
        "importing", right: .read, lane: .quick,
        RouteDoc(
            summary: "How far the import is that is under way; zeros where there is none.",
            success: .importing))
}
