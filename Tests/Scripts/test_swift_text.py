"""What swift_text.py recognises as code and as a function."""

import unittest

from swift_text import Swift


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
        self.assertEqual(swift.without_comments(), source.replace("// y", "    ").replace("/* z */", "       "))


if __name__ == "__main__":
    unittest.main()
