"""Plants a violation of each rule of check.py, and code that only looks like a violation."""

import unittest

from check import check_file, check_tree, is_shell_script
from swift_tree import SwiftTree


def findings(path, text):
    return [f"{line}: {message}" for line, message in check_file(path, text.encode())]


def function_of(line_count):
    """A function of line_count lines in total."""
    return "func long() {\n" + "    work()\n" * (line_count - 2) + "}\n"


class Planted(unittest.TestCase):
    def assert_found(self, path, text, line, message):
        found = findings(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{line}: "), found)
        self.assertIn(message, found[0])

    def assert_clean(self, path, text):
        self.assertEqual(findings(path, text), [])


class TextRules(Planted):
    def test_build_products_are_not_tracked(self):
        self.assert_found("Package.resolved", "{}\n", 1, "must not be tracked")
        self.assert_found(".build/debug.yaml", "a: 1\n", 1, "must not be tracked")

    def test_line_feed_at_the_end(self):
        self.assert_found("docs/a.md", "one\ntwo", 2, "no line feed")
        self.assert_clean("docs/empty.md", "")

    def test_trailing_whitespace(self):
        self.assert_found("Makefile", "a:\nb: \n", 2, "trailing whitespace")
        self.assert_found("docs/a.md", "one\r\n", 1, "trailing whitespace")

    def test_leftovers(self):
        for word in ("FIXME", "TODO", "XXX", "HACK"):
            self.assert_found("docs/a.md", f"a\n{word}: later\n", 2, word)
        self.assert_clean("scripts/a.sh", "mktemp -d books.XXXXXX\n")

    def test_machine_paths(self):
        for path in ("/work/", "/root/", "/home/", "/Users/"):
            self.assert_found("scripts/a.sh", f"cd {path}me/store\n", 1, "a path of one machine")
        self.assert_clean("docs/a.md", "https://example.org/home/x and $base/work/x and ./work/x\n")

    def test_binary_files_have_no_lines(self):
        self.assertEqual(check_file("docs/a.png", b"\x89PNG\0 \n FIXME "), [])


class SwiftRules(Planted):
    def test_tab(self):
        self.assert_found("Tests/ATests/A.swift", "let a = 1\n\tlet b = 2\n", 2, "tab")
        self.assert_clean("Makefile", "a:\n\tb\n")

    def test_file_length(self):
        self.assert_clean("Sources/Order/A.swift", "\n" * 300)
        self.assert_found("Sources/Order/A.swift", "\n" * 301, 301, "file of 301 lines")
        self.assert_clean("Tests/OrderTests/A.swift", "\n" * 500)
        self.assert_found("Tests/OrderTests/A.swift", "\n" * 501, 501, "file of 501 lines")

    def test_function_length(self):
        self.assert_clean("Sources/Order/A.swift", function_of(70))
        self.assert_found("Sources/Order/A.swift", "\n" + function_of(71), 2, "long is 71 lines long")
        self.assert_found("Tests/OrderTests/A.swift", function_of(71), 1, "long is 71 lines long")

    def test_vague_names(self):
        self.assert_found("Sources/Order/OrderHelper.swift", "let a = 1\n", 1, "file name says nothing")
        self.assert_found("Sources/Order/Utils+Text.swift", "let a = 1\n", 1, "file name says nothing")
        self.assert_found("Sources/Order/A.swift", "\nfinal class OrderManager {}\n", 2, "OrderManager")
        self.assert_clean("Sources/Order/A.swift", "extension FileManager {}\nstruct Utility {}\n")

    def test_options_of_tcp(self):
        for area in ("Sources/Order/A.swift", "Tests/OrderTests/A.swift"):
            self.assert_found(area, "\na.option(.socketOption(.tcp_nodelay), value: 1)\n", 2, "an option of TCP")
            self.assert_clean(area, "a.option(.tcpOption(.tcp_nodelay), value: 1)\n")

    def test_unsafe_needs_a_reason(self):
        for unsafe in ("final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1"):
            for path in ("Sources/Order/A.swift", "Tests/OrderTests/A.swift"):
                self.assert_found(path, f"import NIO\n{unsafe}\n", 2, "why is it safe?")
                self.assert_clean(path, f"{unsafe}  // one thread only\n")
                self.assert_clean(path, f"// One thread only.\n@a\n@b\n@c\n{unsafe}\n")
                self.assert_found(path, f"// Too far.\n@a\n@b\n@c\n@d\n{unsafe}\n", 6, "why is it safe?")
                self.assert_found(path, f'let a = "// none"\n{unsafe}\n', 2, "why is it safe?")

    def test_crashes_need_a_reason(self):
        for crash in ("let a = try! b()", 'fatalError("no")'):
            self.assert_found("Sources/Order/A.swift", f"\n{crash}\n", 2, "why can it not happen?")
            self.assert_clean("Sources/Order/A.swift", f"// The literal is well formed.\n{crash}\n")
            self.assert_clean("Tests/OrderTests/A.swift", f"{crash}\n")
        self.assert_clean("Sources/Order/A.swift", 'let a = "try! fatalError("\n')


class Places(Planted):
    def test_database_only_in_stores(self):
        for path in ("Storage/SQLite/Database", "Catalog/SQLite/FindIndex", "Order/SQLite/OrderSchema"):
            self.assert_clean(f"Sources/{path}.swift", "import GRDB\n")
        for path in ("Catalog/CatalogEngine", "Storage/Log/LogMark", "Storefront/StorefrontPages", "Frontend/SQLite/Row"):
            self.assert_found(f"Sources/{path}.swift", "import GRDB\n", 1, "GRDB outside of Sources/Catalog/SQLite")
        self.assert_clean("Sources/Storage/PostgreSQL/A.swift", "import CPQ\n")
        self.assert_found(
            "Sources/Catalog/PostgreSQL/A.swift", "import CPQ\n", 1, "CPQ outside of Sources/Storage/PostgreSQL")

    def test_model_imports_nothing(self):
        self.assert_clean("Sources/Model/A.swift", "import Synchronization\n")
        self.assert_found("Sources/Model/A.swift", "import Foundation\n", 1, "Model imports Foundation")
        self.assert_found("Sources/Model/A.swift", "import GRDB\n", 1, "Model imports GRDB")

    def test_engines_know_no_http(self):
        for path in ("Catalog/CatalogEngine", "Order/OrderEngine+PlainCatalog"):
            self.assert_clean(f"Sources/{path}.swift", "import NIOCore\nimport Services\n")
            for module in ("TierHTTP", "NIOHTTP1"):
                self.assert_found(f"Sources/{path}.swift", f"\nimport {module}\n", 2, f"an engine imports {module}")
        self.assert_clean("Sources/Order/OrderRoutes.swift", "import TierHTTP\n")

    def test_nothing_is_public(self):
        for declaration in ("public struct A {}", "public import Model", "@frozen public enum A {}", "public(set) var a = 1"):
            self.assert_found("Sources/Order/A.swift", f"\n{declaration}\n", 2, "package is enough")
        self.assert_clean("Sources/Order/A.swift", 'package let a = "public"  // public\n')
        self.assert_clean("bench/micro/Sources/HotPieces/A.swift", "public struct A {}\n")


class Tree(unittest.TestCase):
    """A small correct package, in which each test breaks one rule."""

    MANIFEST = """
let package = Package(targets: [
    .target(name: "Model"),
    .target(name: "Order", dependencies: ["Model", nio]),
    .target(name: "Audit", dependencies: ["Model"], path: "Sources/Tools/Audit"),
    .executableTarget(name: "bookstore", dependencies: ["Order", "Audit"]),
    .testTarget(name: "OrderTests", dependencies: ["Order", "bookstore"]),
])
"""
    FILES = {
        "Sources/Model/Book.swift": "package struct Book {}\n",
        "Sources/Order/OrderEngine.swift": "import Model\nlet book: Book\n",
        "Sources/Tools/Audit/Audit.swift": "internal import struct Model.Book\n",
        "Sources/bookstore/Up.swift": "import Order\nimport Audit\n",
        "Tests/OrderTests/OrderTests.swift": "@testable import Order\n",
    }

    def found(self, files=None, manifest=MANIFEST):
        return sorted(check_tree(SwiftTree(manifest, self.FILES | (files or {}))))

    def assert_found(self, path, line, message, **planted):
        found = self.found(**planted)
        self.assertEqual(len(found), 1, found)
        self.assertEqual(found[0][:2], (path, line))
        self.assertIn(message, found[0][2])

    def test_nothing_wrong(self):
        self.assertEqual(self.found(), [])

    def test_imports_are_declared(self):
        audit = "Sources/Tools/Audit/Audit.swift"
        for text in ("import Model\nimport Order\n", "@testable import Order\npackage import Model\n",
                     "import Model\nimport struct Order.OrderEngine\n"):
            self.assert_found(audit, 1, "Audit imports Order, which it does not depend on", files={audit: text})
        self.assert_found("Tests/OrderTests/A.swift", 1, "OrderTests imports Model",
                          files={"Tests/OrderTests/A.swift": "import Model\n"})

    def test_declared_targets_are_imported(self):
        self.assert_found("Package.swift", 5, "Audit depends on Model and imports it nowhere",
                          files={"Sources/Tools/Audit/Audit.swift": "import Foundation\n"})

    def test_targets_stand_in_the_order_of_imports(self):
        lines = self.MANIFEST.split("\n")
        lines[4], lines[5] = lines[5], lines[4]
        self.assert_found("Package.swift", 5, "bookstore depends on Audit, which does not stand above it",
                          manifest="\n".join(lines))

    def test_files_belong_to_targets(self):
        for path in ("Sources/Tools/Extra/A.swift", "Tests/AuditTests/A.swift"):
            self.assert_found(path, 1, "belongs to no target", files={path: "\n"})

    def test_folders_are_small(self):
        files = {f"Sources/Model/Ledger/A{number}.swift": "\n" for number in range(16)}
        self.assertEqual(self.found(files), [])
        self.assert_found("Sources/Model/Ledger", 1, "17 Swift files in one folder",
                          files=files | {"Sources/Model/Ledger/B.swift": "\n"})

    def test_types_stand_in_files_of_their_names(self):
        user = {"Sources/Order/OrderRoutes.swift": "import Model\nlet a: Cents\n"}
        for kind in ("struct", "final class", "indirect enum", "actor", "protocol", "typealias"):
            text = f"package struct Book {{}}\n/// Money.\npackage {kind} Cents"
            text += " = Int\n" if kind == "typealias" else " {}\n"
            self.assert_found("Sources/Model/Book.swift", 3, "Cents is used in Sources/Order/OrderRoutes.swift",
                              files=user | {"Sources/Model/Book.swift": text})
        self.assertEqual(self.found(user | {"Sources/Model/Cents.swift": "package struct Cents {}\n"}), [])
        self.assertEqual(self.found(user | {"Sources/Model/Cents+Price.swift": "extension Cents {}\nstruct Cents {}\n"}), [])

    def test_what_is_no_lodger(self):
        book = "Sources/Model/Book.swift"
        for text, user in (
                ("struct Book {}\nstruct Cents {}\n", "let a: Price\n"),             # nobody uses it
                ("struct Book {}\nprivate struct Cents {}\n", "let a: Cents\n"),     # it is another one
                ("struct Book {\n    struct Cents {}\n}\n", "let a: Cents\n"),      # it stands in its type
                ("struct Book {}\nfunc a() {\n    struct Cents {}\n}\n", "let a: Cents\n"),
                ("struct Book {}\nstruct Cents {}\n", "// Cents\nlet a = \"Cents\"\n")):
            self.assertEqual(self.found({book: text, "Sources/Model/ItemNumber.swift": user}), [], text)
        # A file that does not import the target means another type.
        self.assertEqual(self.found({book: "struct Book {}\nstruct Up {}\nstruct Cents {}\n",
                                     "Sources/bookstore/Up.swift": "import Order\nimport Audit\nlet a: Cents\n"}), [])

    def test_an_extension_is_named_after_its_type(self):
        path = "Sources/Model/Book+Price.swift"
        for text in ("extension Book {}\n", "extension Shop.Book {}\n", "private struct A {}\npackage extension Book: B {\n}\n"):
            self.assertEqual(self.found({path: text}), [])
        for text in ("extension Cents {}\n", "struct Price {}\n", "// extension Book {}\n"):
            self.assert_found(path, 1, "the name says that it extends Book", files={path: text})


class ShellScripts(unittest.TestCase):
    def test_known_by_the_first_line(self):
        self.assertTrue(is_shell_script(b"#!/usr/bin/env bash\n"))
        self.assertTrue(is_shell_script(b"#!/bin/sh -e\n"))
        self.assertFalse(is_shell_script(b"#!/usr/bin/env python3\n# sh\n"))
        self.assertFalse(is_shell_script(b"echo a\n"))


if __name__ == "__main__":
    unittest.main()
