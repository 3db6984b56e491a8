#!/usr/bin/env python3
"""Plants a violation of each of check.py's rules, and what looks like one but is none."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))

from check import check_file, is_shell_script
from markdown_links import check_links
from swift_text import Swift


def findings(path, text):
    return [f"{line}: {message}" for line, message in check_file(path, text.encode())]


def function_of(line_count):
    """A function that is line_count lines long in all."""
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


class Layering(Planted):
    def test_imports_point_down(self):
        self.assert_clean("Sources/Frontend/A.swift", "import Order\nimport Model\nimport NIOCore\n")
        self.assert_found("Sources/Catalog/A.swift", "import Model\nimport Order\n", 2, "Catalog imports Order")
        self.assert_found("Sources/TierHTTP/A.swift", "public import Storage\n", 1, "TierHTTP imports Storage")
        self.assert_found("Sources/Order/A.swift", "@testable import Frontend\n", 1, "Order imports Frontend")
        self.assert_found("Sources/Order/A.swift", "import struct Storefront.Report\n", 1, "Order imports Storefront")
        self.assert_clean("Tests/CatalogTests/A.swift", "import Order\n")

    def test_every_target_has_its_place(self):
        self.assert_found("Sources/Extra/A.swift", "import Model\n", 1, "target Extra has no place")

    def test_database_only_in_stores(self):
        for path in ("Storage/Database", "Catalog/CatalogStore+Reads", "Order/SaleRow", "Order/OrderSchema"):
            self.assert_clean(f"Sources/{path}.swift", "import GRDB\n")
        for path in ("Catalog/CatalogEngine", "Storefront/StorefrontPages", "Frontend/Row"):
            self.assert_found(f"Sources/{path}.swift", "import GRDB\n", 1, "GRDB outside a store")

    def test_model_imports_nothing(self):
        self.assert_clean("Sources/Model/A.swift", "import Synchronization\n")
        self.assert_found("Sources/Model/A.swift", "import Foundation\n", 1, "Model imports Foundation")
        self.assert_found("Sources/Model/A.swift", "import GRDB\n", 1, "Model imports GRDB")


class SwiftText(unittest.TestCase):
    def lengths(self, source):
        return [(name, length) for _, name, length in Swift(source).functions()]

    def test_braces_in_strings_and_comments_do_not_count(self):
        for inside in ('"}"', '"\\"}"', '#"}"}"#', '"""\n}"}\n"""', "// }", "/* } /* } */ } */", "#/}/#",
                       '"\\(a.map { "}" })}"', '#"\\#(f("}"))}"#'):
            source = f"func a() {{\n{inside}\n}}\n}}\n"
            self.assertEqual(self.lengths(source), [("a", 3 + inside.count("\n"))], inside)

    def test_what_is_a_function(self):
        source = (
            "protocol P {\n    init(a: Int)\n    func a()\n    var b: Int { get }\n}\n"
            "struct S: P {\n    init?<T>(a: T) where T: Q {\n        self.init(b: a)\n    }\n"
            "    static func < (a: S, b: S) -> Bool { true }\n"
            "    func c(\n        d: () -> Void = { }\n    )\n        async throws\n        -> [Int]\n    {\n    }\n"
            "    subscript(i: Int) -> Int { i }\n    deinit {\n    }\n}\n"
        )
        self.assertEqual(self.lengths(source),
                         [("init", 3), ("<", 1), ("c", 7), ("subscript", 1), ("deinit", 2)])

    def test_offsets_and_lines_stay(self):
        source = 'let a = "x" // y\n/* z */ let b = """\n  q\n  """\n'
        swift = Swift(source)
        self.assertEqual(len(swift.code), len(source))
        self.assertEqual(swift.code.split(), ["let", "a", "=", "let", "b", "="])
        self.assertEqual(swift.comment_lines, {1, 2})


class Links(unittest.TestCase):
    PAGES = {"a.md": "# Two words: `A`\n", "docs/b.md": "# B\n```\n# no heading\n[x](none.md)\n```\n"}

    def found(self, link):
        pages = self.PAGES | {"docs/c.md": f"a\n[text]({link})\n"}
        return [(line, message) for path, line, message in check_links(pages, set(pages) | {"docs/images/d.png"})
                if path == "docs/c.md"]

    def test_leads_somewhere(self):
        for link in ("b.md", "../a.md", "../a.md#two-words-a", "b.md#b", "images/d.png", "images",
                     "https://example.org/none.md", "mailto:a@example.org"):
            self.assertEqual(self.found(link), [], link)

    def test_leads_nowhere(self):
        for link, message in (("none.md", "no such file"), ("../docs/a.md", "no such file"), ("#b", "no such heading"),
                              ("b.md#no-heading", "no such heading")):
            self.assertEqual(self.found(link), [(2, f"link to {link}: there is {message}")])


class ShellScripts(unittest.TestCase):
    def test_known_by_the_first_line(self):
        self.assertTrue(is_shell_script(b"#!/usr/bin/env bash\n"))
        self.assertTrue(is_shell_script(b"#!/bin/sh -e\n"))
        self.assertFalse(is_shell_script(b"#!/usr/bin/env python3\n# sh\n"))
        self.assertFalse(is_shell_script(b"echo a\n"))


if __name__ == "__main__":
    unittest.main()
