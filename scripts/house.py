#!/usr/bin/env python3
"""Measures how easily the store can be changed: `make house`.

Prints each measure as it was before the sources were laid out anew, as it is now, and what it is to be. The rule of a measure
stands in the function that takes it; --details shows what it counted. Two measures are taken by doing the work, on
a branch that is thrown away afterwards: --walk BRANCH counts the production files that it changed since it left main.

usage: house.py [--details] [--walk BRANCH]…
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
from collections import Counter

from check import repository_files
from swift_text import parse
from swift_tree import SwiftTree

# The first commit after which subjects are held to their length.
SUBJECTS_SINCE = "83e3b18"
SUBJECT_CHARACTERS_MAX = 72
DATABASE = {"GRDB", "GRDBSQLite"}
# Parts that are the same in both tiers, by their names in the catalog and in the order tier.
TWINS = [("CatalogEngine", "OrderEngine"), ("CatalogStore", "OrderStore"), ("CatalogServer", "OrderServer"),
         ("CatalogSnapshot", "OrderStoreSnapshot"), ("CatalogLogRepair", "OrderLogRepair")]
# What carries requests for any client, and what is a part of the store and not its client.
CARRIERS = ("Sources/TierHTTP/", "Sources/Services/", "Sources/Catalog/", "Sources/Order/", "Sources/Frontend/")
# The way of a commit where it crosses between the catalog and the journal: (file, function, call that crosses). The store's
# own use of what Storage/SQLite offers to any store is no crossing.
CROSSINGS = [
    ("Sources/Catalog/CatalogEngine.swift", "update", "journal.submit("),
    ("Sources/Storage/Commit/Journal.swift", "transact", "store.commit("),
    ("Sources/Storage/Commit/Journal.swift", "run", "committed("),
]
# What a change is on its way from the desk's form to the ledger and back to the desk's page: types, and other forms in
# words.
SHAPES = ["text of the form", "KeeperUpdate", "KeeperRequest.Work", "KeeperRequest", "JSON of the request", "JSONValue",
          "CatalogChange", "LedgerEntry", "row of the database", "Movement", "JSON of the answer", "MovementRow"]
# What reads answers of foreign catalogs and frontends, which match none of our types.
FOREIGN_READERS = {"Sources/Services/HTTPCatalog.swift", "Sources/Tools/Bench/Load/Connection/AnswerCheck.swift"}
TYPE_NAME = re.compile(r"[A-Z]\w*(?:\.\w+)*")


class House:
    """The repository in its working tree."""

    def __init__(self, texts):
        self.texts = texts
        self.tree = SwiftTree(texts["Package.swift"], texts)
        self.code = {path: parse(text).without_comments() for path, text in texts.items() if path.endswith(".swift")}

    def field_files(self):
        """Files of Sources that name a book's title, its topic and its price or cost: a new field goes the same way.

        An estimate. Where the walk itself counted 35 files this rule counts 38, 31 of them the same.
        """
        words = [re.compile(rf"\b(?:{word})\b") for word in ("title", "topic", "price|cost")]
        return [path for path, text in self.texts.items()
                if path.startswith("Sources/") and path.endswith((".swift", ".mustache"))
                and all(word.search(self.code.get(path, text)) for word in words)]

    def database_files(self):
        """Files of Sources that import the database library."""
        return [path for path in self.tree.sources if self.tree.imports[path] & DATABASE]

    def database_users(self):
        """Other files of Sources, with what they name of the types that stand in files which import the library."""
        inside = set(self.database_files())
        users = {}
        for path in inside:
            for declaration in self.tree.declarations[path]:
                if declaration.kind != "extension" and not declaration.container and not declaration.is_private:
                    for user in set(self.tree.users(declaration)) - inside:
                        users.setdefault(user, []).append(declaration.name)
        return [f"{path}: {', '.join(sorted(names))}" for path, names in sorted(users.items())]

    def twin_lines(self):
        """Lines that two parts have in common, in runs of at least two; without comments, blank lines and indentation."""
        found = []
        for pair in TWINS:
            one, other = ([line.strip() for path in self.tree.sources if os.path.basename(path) == f"{name}.swift"
                           for line in self.code[path].split("\n") if line.strip()] for name in pair)
            found.append((sum(run.size for run in difflib.SequenceMatcher(None, one, other, autojunk=False)
                              .get_matching_blocks() if run.size > 1), " ~ ".join(pair)))
        return found

    def book_decoders(self):
        """Types and extensions that read JSON and name in it a book's number, its stock, and its title or cost. A part
        of them that is a type of its own counts for itself, unless it is the keys. Readers of foreign answers are left out."""
        words = [re.compile(pattern) for pattern in (r"\b(?:item_number|itemNumber|item|number)\b", r'\bstock\b(?! \w)',
                                                     r"\b(?:title|cost)\b")]
        found = []
        for path in self.tree.sources:
            for declaration in self.tree.declarations[path]:
                text = self.own_text(declaration)
                reads = re.search(r"\b(?:Decodable|Codable)\b", text.partition("{")[0]) or re.search(
                    r"\binit\(from\b|\bJSONSerialization\.jsonObject\b", text)
                if reads and path not in FOREIGN_READERS and all(word.search(text) for word in words):
                    found.append(f"{path}: {declaration.full_name}")
        return found

    def own_text(self, declaration):
        """The text of a type without comments and without the types in it, except its keys."""
        code = self.code[declaration.path]
        text = code[declaration.start:declaration.end + 1]
        for inner in self.tree.declarations[declaration.path]:
            if declaration.start < inner.start and inner.end <= declaration.end and not inner.name.endswith("Keys"):
                text = text.replace(code[inner.start:inner.end + 1], "")
        return text

    def store_clients(self):
        """Types outside of the tiers that keep a connection to one and ask for books or orders by it."""
        return [path for path in self.tree.sources
                if not path.startswith(CARRIERS) and re.search(r"\b(?:let|var) \w+: TierClient\b", self.code[path])
                and re.search(r"\b(?:ItemNumber|IdempotencyKey|item_number|itemNumber)\b", self.code[path])]

    def types_away(self):
        """Types that other files use and whose own file has another name."""
        return [f"{declaration.path}:{declaration.line}: {declaration.name}, which {users[0]} uses"
                for declaration, users in self.tree.types_away()]

    def public_declarations(self):
        return [f"{path}:{self.tree.files[path].line(found.start())}" for path in self.tree.sources
                for found in re.finditer(r"\bpublic\b", self.tree.files[path].code)]

    def source_lines(self):
        return sum(self.texts[path].count("\n") for path in self.tree.sources)

    def crossings(self):
        """Calls between the catalog and the journal on the way of a commit.

        Raises a LookupError when one is not where the table says.
        """
        for path, function, call in CROSSINGS:
            if call not in self.function_text(path, function):
                raise LookupError(f"CROSSINGS is out of date: in {path} no {function} calls {call}")
        return [f"{path}: {function} calls {call}" for path, function, call in CROSSINGS]

    def function_text(self, path, function):
        """The code of a file's functions of this name."""
        swift = self.tree.files.get(path)
        if swift is None:
            return ""
        lines = swift.code.split("\n")
        return "\n".join("\n".join(lines[line - 1:line - 1 + length])
                         for line, name, length in swift.functions() if name == function)

    def shapes(self):
        """The forms of a change on its way. Raises a LookupError when a type of the table is missing."""
        names = {declaration.full_name for declarations in self.tree.declarations.values() for declaration in declarations}
        for shape in SHAPES:
            if TYPE_NAME.fullmatch(shape) and shape not in names:
                raise LookupError(f"SHAPES is out of date: there is no type {shape}")
        return SHAPES


def long_subjects():
    """Commits whose subject is too long for a list; None where the history is incomplete."""
    log = subprocess.run(["git", "log", "--no-merges", "--format=%h %s", f"{SUBJECTS_SINCE}..HEAD"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if log.returncode != 0:
        return None
    return [line for line in log.stdout.splitlines() if len(line.partition(" ")[2]) > SUBJECT_CHARACTERS_MAX]


def walk(branch):
    """The files that a branch changes against main."""
    changed = subprocess.run(["git", "diff", "--name-only", f"main...{branch}"], check=True, stdout=subprocess.PIPE, text=True)
    return changed.stdout.splitlines()


def measures(house):
    """Yields (measure, before, aim, now, what was counted)."""
    def counted(found):
        return str(len(found)), found

    def of_table(count):
        try:
            return counted(count())
        except LookupError as error:
            print(f"house: {error}", file=sys.stderr)
            return "?", [str(error)]

    yield "production files for a new field of a book, estimated (--walk)", "35", "≤ 16", *counted(house.field_files())
    yield "production files for a new catalog endpoint", "6", "≤ 4", "by --walk", []
    inside, users = house.database_files(), house.database_users()
    commands = [user for user in users if user.startswith("Sources/bookstore/")]
    folders = Counter(os.path.dirname(path) for path in inside)
    yield ("files that know SQLite: import it · name a store · commands that do", "22 · ~10 · ~8", "≤ 20",
           f"{len(inside)} · {len(users) - len(commands)} · {len(commands)}", inside + users)
    yield "folders with files that import SQLite", "3", "3", str(len(folders)), [f"{folder}: {count}" for folder, count in folders.items()]
    yield "crossings of Catalog and Storage in one commit", "≥ 12", "≤ 3", *of_table(house.crossings)
    yield "shapes of one desk change", "16", "≤ 8", *of_table(house.shapes)
    twins = house.twin_lines()
    yield ("twin lines of catalog and order", "133", "≤ 20", str(sum(count for count, _ in twins)),
           [f"{count}: {pair}" for count, pair in twins])
    yield "decoders of a book", "6", "1", *counted(house.book_decoders())
    yield "clients of the store", "4", "1, and a raw mode", *counted(house.store_clients())
    yield "types away from home", "144", "0", *counted(house.types_away())
    yield "public declarations", "1,198", "≤ 40", *counted(house.public_declarations())
    folder, count = house.tree.folders()[0]
    yield "files in one folder, at most", "39", "≤ 16", str(count), [folder]
    yield "lines of Swift sources (34,948 before the first change)", "27,485", "≤ 25,000", f"{house.source_lines():,}", []
    subjects = long_subjects()
    yield ("commit subjects over 72 characters", "66 of 108", "0 of the new ones",
           "?" if subjects is None else str(len(subjects)), subjects or [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--details", action="store_true", help="show what was counted")
    parser.add_argument("--walk", metavar="BRANCH", action="append", default=[], help="count what a branch changed")
    options = parser.parse_args()
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    texts = {}
    for path in repository_files():
        if path == "Package.swift" or path.startswith(("Sources/", "Tests/")) and path.endswith((".swift", ".mustache")):
            with open(path, encoding="utf-8") as file:
                texts[path] = file.read()
    rows = [("", "before", "now", "aim", [])]
    rows += [(name, before, now, aim, found) for name, before, aim, now, found in measures(House(texts))]
    for branch in options.walk:
        changed = walk(branch)
        production = [path for path in changed if path.startswith("Sources/")]
        rows.append((f"production files that {branch} changed, of {len(changed)} in all", "", str(len(production)), "", production))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, before, now, aim, found in rows:
        print(f"{name:{widths[0]}}  {before:>{widths[1]}}  {now:>{widths[2]}}  {aim}")
        if options.details:
            for line in found:
                print(f"    {line}")


if __name__ == "__main__":
    main()
