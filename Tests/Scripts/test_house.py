"""What house.py counts, on small sources."""

import unittest

from house import House

MANIFEST = """let package = Package(targets: [
    .target(name: "Model"),
    .target(name: "TierHTTP", dependencies: ["Model"]),
    .target(name: "Catalog", dependencies: ["Model"]),
    .target(name: "Order", dependencies: ["Model"]),
    .target(name: "Shop", dependencies: ["Model", "TierHTTP"]),
])
"""


def house(**files):
    """Builds a house from files of Sources. In a name, `__` means a slash."""
    return House({"Package.swift": MANIFEST} | {f"Sources/{name.replace('__', '/')}.swift": text for name, text in files.items()})


class Counts(unittest.TestCase):
    def test_files_of_a_field(self):
        row = 'let title: String\nlet topic: String\nlet sql = "price"\n'
        self.assertEqual(house(Model__Book=row).field_files(), ["Sources/Model/Book.swift"])
        self.assertEqual(house(Model__Book=row.replace("price", "cost")).field_files(), ["Sources/Model/Book.swift"])
        self.assertEqual(house(Model__Book=row.replace('"price"', '"" // price')).field_files(), [])
        self.assertEqual(house(Model__Book=row.replace("topic", "topics")).field_files(), [])
        page = House({"Package.swift": MANIFEST, "Sources/Shop/Pages/book.mustache": "{{title}} {{topic}} {{price}}\n"})
        self.assertEqual(page.field_files(), ["Sources/Shop/Pages/book.mustache"])

    def test_files_that_know_the_database(self):
        one = house(Catalog__SQLite__CatalogStore="internal import GRDB\nstruct CatalogStore {\n    struct Batch {}\n}\n",
                    Catalog__CatalogEngine="let store: CatalogStore\n", Catalog__Shelf="let batch: Batch\n",
                    Order__OrderEngine="let store: CatalogStore\n")
        self.assertEqual(one.database_files(), ["Sources/Catalog/SQLite/CatalogStore.swift"])
        self.assertEqual(one.database_users(), ["Sources/Catalog/CatalogEngine.swift: CatalogStore"])

    def test_twin_lines(self):
        # At least two equal lines in a row count, whatever their indentation and comments.
        one = house(Catalog__CatalogLogRepair="let a = 1\n\n    let b = 2 // b\nlet c = 3\nlet d = 4\n",
                    Order__OrderLogRepair="// Why.\nlet a = 1\nlet b = 2\nlet x = 3\nlet d = 4\n")
        self.assertEqual(one.twin_lines()[-1], (2, "CatalogLogRepair ~ OrderLogRepair"))
        self.assertEqual(sum(count for count, _ in house().twin_lines()), 0)

    def test_decoders_of_a_book(self):
        row = "struct Row: Decodable {\n    let itemNumber: String\n    let title: String\n    let stock: Int\n}\n"
        keys = "extension Book: Decodable {\n    enum CodingKeys: String { case item_number, cost, stock }\n}\n"
        free = 'func a() { JSONSerialization.jsonObject(b)["item_number"] }\n'
        self.assertEqual(house(Shop__Row=row, Shop__Keys=keys, Shop__Page=f"struct Page: Decodable {{\n{row}}}\n").book_decoders(),
                         ["Sources/Shop/Row.swift: Row", "Sources/Shop/Keys.swift: Book", "Sources/Shop/Page.swift: Page.Row"])
        no_book = row.replace("stock", "units")
        no_reader = row.replace(": Decodable", "")
        self.assertEqual(house(Shop__A=no_book, Shop__B=no_reader, Shop__C=free).book_decoders(), [])

    def test_clients_of_the_store(self):
        client = "struct A {\n    private let client: TierClient\n    func buy(_ item: ItemNumber) {}\n}\n"
        self.assertEqual(house(Shop__A=client, TierHTTP__A=client, Shop__B=client.replace("ItemNumber", "Path"),
                               Shop__C=client.replace("let client", "func client")).store_clients(), ["Sources/Shop/A.swift"])

    def test_lines_types_and_access(self):
        one = house(Model__A="public struct A {}\nstruct B {}\n", Model__C="let b: B\n")
        self.assertEqual((one.source_lines(), one.types_away(), one.public_declarations()),
                         (3, ["Sources/Model/A.swift:2: B, which Sources/Model/C.swift uses"], ["Sources/Model/A.swift:1"]))

    def test_crossings_are_where_the_table_says(self):
        calls = {"Catalog__CatalogEngine": "func update() {\n    journal.submit(change)\n}\n",
                 "Storage__Commit__Journal": "func transact() { store.commit(all) }\nfunc run() { committed(batch) }\n"}
        self.assertEqual(len(house(**calls).crossings()), 3)
        for name in calls:
            with self.assertRaisesRegex(LookupError, f"{name.split('__')[-1]}.swift no"):
                house(**calls | {name: calls[name].replace("func ", "func not")}).crossings()

    def test_a_shape_is_a_type_or_words(self):
        with self.assertRaisesRegex(LookupError, "there is no type KeeperUpdate"):
            house().shapes()


if __name__ == "__main__":
    unittest.main()
