"""The Swift sources as a whole: which target a file belongs to, what it declares, and which files name that.

Built on swift_text.py, and no more of a parser: a name counts wherever it stands in the code.
"""

import collections
import os
import re
from dataclasses import dataclass

from swift_text import parse

IMPORT = re.compile(r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
                    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)", re.M)
TYPE = re.compile(r"^[ \t]*(?P<modifiers>(?:@\w+(?:\([^)\n]*\))?\s+|(?:public|package|internal|fileprivate|private|final|"
                  r"indirect|nonisolated)\s+)*)(?P<kind>struct|class|enum|actor|protocol|typealias|extension)\s+"
                  r"(?P<name>\w+(?:\.\w+)*)", re.M)
TARGET = re.compile(r"\.(systemLibrary|target|executableTarget|testTarget)\(")


def closing(code, opening):
    """The offset at which the bracket at this offset closes."""
    depth = 0
    for found in re.compile(r"[{}()\[\]]").finditer(code, opening):
        depth += 1 if found[0] in "{([" else -1
        if depth == 0:
            return found.start()
    return len(code) - 1


@dataclass(frozen=True)
class Target:
    """A target as Package.swift declares it, with the targets and products of one word that it depends on."""
    name: str
    folder: str
    line: int
    dependencies: frozenset
    is_executable: bool


def read_targets(manifest):
    """Yields the targets of a Package.swift in its order."""
    swift = parse(manifest)
    for found in TARGET.finditer(swift.code):
        entry = manifest[found.end():closing(swift.code, found.end() - 1)]
        name = re.search(r'\bname:\s*"(\w+)"', entry)[1]
        path = re.search(r'\bpath:\s*"([^"]+)"', entry)
        depends = re.search(r"\bdependencies:(.*?)(?:\b(?:path|exclude|resources|swiftSettings):|$)", entry, re.S)
        yield Target(
            name, path[1] if path else f"{'Tests' if found[1] == 'testTarget' else 'Sources'}/{name}",
            swift.line(found.start()), frozenset(re.findall(r'"(\w+)"', depends[1]) if depends else []),
            found[1] == "executableTarget")


@dataclass(frozen=True)
class Declaration:
    """A type or an extension: of the kind `struct`, `extension` …, in the type `container` or in none. `start` and
    `end` are offsets in the file's code."""
    kind: str
    name: str
    container: str
    path: str
    line: int
    start: int
    end: int
    is_private: bool

    @property
    def full_name(self):
        return f"{self.container}.{self.name}" if self.container else self.name


def read_declarations(path, swift):
    """Yields the types and extensions of a file, also nested ones, but none inside a function."""
    around = []  # from the outside in: (name, where its body begins, where it ends)
    for found in TYPE.finditer(swift.code):
        while around and around[-1][2] < found.start():
            around.pop()
        before = swift.code[around[-1][1] if around else 0:found.start()]
        if before.count("{") != before.count("}"):
            continue
        body = re.compile(r"[{\n]" if found["kind"] == "typealias" else r"\{").search(swift.code, found.end())
        has_body = body is not None and body[0] == "{"
        end = closing(swift.code, body.start()) if has_body else found.end()
        yield Declaration(
            found["kind"], found["name"], ".".join(name for name, _, _ in around), path, swift.line(found.start("kind")),
            found.start(), end, "private" in found["modifiers"])
        if has_body:
            around.append((found["name"], body.end(), end))


def main_type(path):
    """The type that a file is named after: `Shelf` for Shelf.swift and for Shelf+Search.swift."""
    return os.path.basename(path).removesuffix(".swift").split("+")[0]


class SwiftTree:
    """The Swift files of the package's targets, and the package that they make."""

    def __init__(self, manifest, texts):
        self.targets = list(read_targets(manifest))
        self.files = {path: parse(text) for path, text in texts.items()
                      if path.endswith(".swift") and path.startswith(("Sources/", "Tests/", "bench/micro/Sources/"))}
        self.sources = [path for path in self.files if path.startswith("Sources/")]
        self.imports = {path: {found[1] for found in IMPORT.finditer(swift.code)} for path, swift in self.files.items()}
        self.words = {path: set(re.findall(r"\w+", swift.code)) for path, swift in self.files.items()}
        self.declarations = {path: list(read_declarations(path, swift)) for path, swift in self.files.items()}

    def target(self, path):
        """The target to which a file belongs, or None."""
        around = [target for target in self.targets if path.startswith(target.folder + "/")]
        return max(around, key=lambda target: len(target.folder), default=None)

    def sees(self, path, other):
        """Whether a file can name what another one declares."""
        target = self.target(other)
        return target is not None and (self.target(path) == target or target.name in self.imports[path])

    def users(self, declaration):
        """The other files of Sources that name a type."""
        return [path for path in self.sources if path != declaration.path
                and declaration.name in self.words[path] and self.sees(path, declaration.path)]

    def types_away(self):
        """Yields (declaration, users) of each type that other files use and whose own file has another name."""
        for path in self.sources:
            for declaration in self.declarations[path]:
                if (declaration.kind != "extension" and not declaration.container and not declaration.is_private
                        and declaration.name != main_type(path)):
                    users = self.users(declaration)
                    if users:
                        yield declaration, users

    def folders(self):
        """The number of Swift files in each folder of Sources, the largest first."""
        return collections.Counter(os.path.dirname(path) for path in self.sources).most_common()
