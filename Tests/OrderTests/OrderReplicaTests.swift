import Foundation
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import Order

/// Several order servers over one database: each sale is recorded once, and has one line over all their logs.
@Suite struct OrderReplicaTests {
    private static let otherItem = second.item

    /// Runs `body` with the folders of two order servers over one new database, and of one catalog.
    private func withReplicas(_ body: (ShopFolder, ShopFolder) async throws -> Void) async throws {
        try await StoreKind.$current.withValue(.postgresql) {
            try await withShopFolder { one in
                let two = ShopFolder(path: one.path + "/second", kind: one.kind, url: one.url)
                for made in [two.orderData, two.path + "/output"] {
                    try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
                }
                try await body(one, two)
            }
        }
    }

    @Test func eachLogHasWhatItsServerRecorded() async throws {
        try await withReplicas { one, two in
            try one.withStore { first in
                try two.withStore { second in
                    try first.commitUnlogged([.sale(1, "a"), .sale(4, "d")])
                    try second.commitUnlogged([.sale(2, "b", Self.otherItem)])
                    // One of them is there: the others are stored.
                    let batch = try second.commitUnlogged([
                        .sale(4, "d"), .sale(3, "c", Self.otherItem), .sale(1, "a"),
                    ])
                    #expect(batch.results == [.success(.success), .success(.success), .success(.success)])
                    #expect(batch.added.map(\.key.text) == ["c"])
                    #expect(first.lastNumber == 2 && second.lastNumber == 2)
                    // All of them are in the listing, the newest first.
                    #expect(try first.orders(before: .max, limit: 9).map(\.key.text) == ["c", "b", "d", "a"])
                }
            }
            let orders = try PostgresOrderSnapshot.read(at: StoreURL(parsing: one.url)).orders
            #expect(orders.map(\.log) == [1, 1, 2, 2])
        }
    }

    /// Tables of the version before, with its orders and the mark of its log.
    @Test func earlierTablesAreBroughtForward() async throws {
        try await withReplicas { one, two in
            let server = try PostgresServer.shared
            let database = String(one.url.dropFirst("postgresql:///".count).prefix { $0 != "?" })
            try server.sql(
                """
                CREATE SCHEMA bookstore;
                CREATE TABLE bookstore.version (tier text PRIMARY KEY, number bigint NOT NULL);
                INSERT INTO bookstore.version VALUES ('order', 1);
                CREATE TABLE bookstore.log_mark (
                    tier text PRIMARY KEY, inode bigint NOT NULL, place bigint NOT NULL,
                    sequence bigint NOT NULL);
                INSERT INTO bookstore.log_mark VALUES ('order', 5, 6, 7), ('catalog', 1, 2, 3);
                CREATE FUNCTION bookstore.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'restrict_violation'; END $$;
                \(PostgresOrderSchema.schema.versions[0])
                INSERT INTO bookstore.purchase VALUES (1, 'a', 1, 7, 1, 0), (2, 'b', 2, 7, 2, 0);
                """, in: database)
            try one.withStore { store in
                #expect(store.lastNumber == 2)
                #expect(try store.logMark() == LogMark(position: .init(inode: 5, offset: 6), sequence: 7))
                try store.commitUnlogged([.sale(3, "c")])
                #expect(try store.orders(before: .max, limit: 9).map(\.number) == [3, 2, 1])
            }
            #expect(throws: PostgresServer.Failed.self) {
                try server.sql("UPDATE bookstore.purchase SET item_number = 1", in: database)
            }
            try two.withStore { try $0.commitUnlogged([.sale(4, "d")]) }
            let orders = try PostgresOrderSnapshot.read(at: StoreURL(parsing: one.url)).orders
            #expect(orders.map(\.log) == [1, 1, 1, 2])
            #expect(try server.sql("SELECT tier FROM bookstore.log_mark", in: database) == ["catalog"])
        }
    }
}
