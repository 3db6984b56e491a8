#!/usr/bin/env python3
"""Checks the style, so that no reviewer has to: `make check`.

Prints every finding as `path:line: message` and exits 1 when there is any. The rules that look at one file
are plain functions from (path, text) to (line, message) pairs; Tests/Scripts plants a violation of each.
`swift format lint` (rules in .swift-format) and shellcheck run from here as well.
"""

import os
import re
import subprocess
import sys

from markdown_links import check_links
from swift_text import parse
from swift_tree import IMPORT, SwiftTree, main_type

# Only the folders of a database, and those in them, import its library, so that another database changes only them.
DATABASE_FOLDERS = {
    "GRDB": {f"Sources/{target}/SQLite" for target in ("Storage", "Catalog", "Order")},
    "CPQ": {"Sources/Storage/PostgreSQL"},
}
# Model is what every tier agrees on, so it depends on nothing that a tier could replace.
MODEL_MAY_IMPORT = {"Synchronization", "Swift"}
# An engine holds the rules of a tier, for any caller.
HTTP = {"TierHTTP", "NIOHTTP1"}

FILE_LINES_MAX = {"Sources": 300, "Tests": 500}
FOLDER_FILES_MAX = 16
FUNCTION_LINES_MAX = 70
# A reason may be a few lines above, before attributes or a doc comment.
REASON_LINES_ABOVE = 4

LEFTOVER = re.compile(r"\b(FIXME|TODO|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~/$}*-])/(work|root|home|Users)/")
# These two files contain the words that they search for.
NAMES_THE_WORDS = {"scripts/check.py", "Tests/Scripts/test_check.py"}

VAGUE_SUFFIX = r"(?:Manager|Helpers?|Util(?:s|ities)?)"
VAGUE_FILE = re.compile(VAGUE_SUFFIX + r"(?:\+.*)?\.swift$")
VAGUE_TYPE = re.compile(r"\b(?:class|struct|enum|actor|protocol|typealias)\s+(\w*" + VAGUE_SUFFIX + r")\b")

UNSAFE = re.compile(r"@unchecked\s+Sendable\b|\bnonisolated\(unsafe\)")
CRASHES = re.compile(r"\btry!|\bfatalError\(")
# At socket level, TCP_NODELAY's number means SO_DEBUG, which only root may set on Linux.
MISTAKEN_OPTION = re.compile(r"\bsocketOption\(\s*\.tcp_")


def check_path(path):
    """Rules for the paths of files."""
    if path.split("/")[-1] == "Package.resolved" or ".build" in path.split("/"):
        yield 1, "is made by a build and must not be tracked"


def check_text(path, text):
    """Rules for every text file."""
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no line feed at the end of the file"
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield number, "trailing whitespace"
        if path not in NAMES_THE_WORDS:
            if found := LEFTOVER.search(line):
                yield number, f"leftover {found[0]}: do it or open an issue"
            if found := MACHINE_PATH.search(line):
                yield number, f"{found[0]}: a path of one machine"


def check_swift(path, text):
    """Rules for every Swift file."""
    swift = parse(text)
    area = path.split("/")[0]
    lines_max = FILE_LINES_MAX.get(area)
    if lines_max and text.count("\n") > lines_max:
        yield lines_max + 1, f"file of {text.count(chr(10))} lines, more than {lines_max}"
    for line, name, length in swift.functions():
        if length > FUNCTION_LINES_MAX:
            yield line, f"{name} is {length} lines long, more than {FUNCTION_LINES_MAX}"
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield number, "tab"

    if VAGUE_FILE.search(path):
        yield 1, "file name says nothing: name it after what it does"
    for found in VAGUE_TYPE.finditer(swift.code):
        yield swift.line(found.start()), f"{found[1]} says nothing: name it after what it does"

    for found in MISTAKEN_OPTION.finditer(swift.code):
        yield swift.line(found.start()), "an option of TCP: tcpOption; as a socket's it fails for all but root"

    yield from needs_reason(swift, UNSAFE, "why is it safe?")
    if area == "Sources":
        yield from needs_reason(swift, CRASHES, "why can it not happen?")
        yield from check_imports(path, swift)
        yield from check_engine(path, swift)
        yield from check_access(swift)


def needs_reason(swift, pattern, question):
    for found in pattern.finditer(swift.code):
        line = swift.line(found.start())
        if not any(line - above in swift.comment_lines for above in range(REASON_LINES_ABOVE + 1)):
            yield line, f"{found[0]} without a comment: {question}"


def check_imports(path, swift):
    """What a part of Sources must not use, even if its target depends on it."""
    folders = path.split("/")[:-1]
    for found in IMPORT.finditer(swift.code):
        line, module = swift.line(found.start(1)), found[1]
        if folders[1] == "Model" and module not in MODEL_MAY_IMPORT:
            yield line, f"Model imports {module}: it imports nothing"
        elif module in DATABASE_FOLDERS and "/".join(folders[:3]) not in DATABASE_FOLDERS[module]:
            yield line, f"{module} outside of {' '.join(sorted(DATABASE_FOLDERS[module]))}"


def check_engine(path, swift):
    """Engines do not use HTTP."""
    if "Engine" in path.split("/")[-1]:
        for found in IMPORT.finditer(swift.code):
            if found[1] in HTTP:
                yield swift.line(found.start(1)), f"an engine imports {found[1]}: it knows no HTTP"


def check_access(swift):
    """The program is one package, so nothing in it is public."""
    for found in re.finditer(r"\bpublic\b", swift.code):
        yield swift.line(found.start()), "public: package is enough"


def check_tree(tree):
    """Rules for the sources as a whole, as (path, line, message)."""
    yield from check_targets(tree)
    for folder, count in tree.folders():
        if count > FOLDER_FILES_MAX:
            yield folder, 1, f"{count} Swift files in one folder, more than {FOLDER_FILES_MAX}"
    for declaration, users in tree.types_away():
        yield (declaration.path, declaration.line,
               f"{declaration.name} is used in {users[0]}: it stands in a file of its name")
    for path in tree.sources:
        topic = path.split("/")[-1].partition("+")[2]
        extended = {declaration.name.split(".")[-1] for declaration in tree.declarations[path]
                    if declaration.kind == "extension"}
        if topic and main_type(path) not in extended:
            yield path, 1, f"the name says that it extends {main_type(path)}, which it does not"


def check_targets(tree):
    """Each target declares the targets that it imports, and comes after them in Package.swift."""
    names = {target.name for target in tree.targets}
    executables = {target.name for target in tree.targets if target.is_executable}
    imported = {target.name: {} for target in tree.targets}
    for path in tree.files:
        target = tree.target(path)
        if target is None:
            yield path, 1, "belongs to no target of Package.swift"
        else:
            for module in tree.imports[path] & names:
                imported[target.name].setdefault(module, path)
    above = set()
    for target in tree.targets:
        for module in sorted(imported[target.name].keys() - target.dependencies):
            yield imported[target.name][module], 1, f"{target.name} imports {module}, which it does not depend on in Package.swift"
        # A test depends on an executable that it starts.
        for module in sorted(target.dependencies & names - imported[target.name].keys() - executables):
            yield "Package.swift", target.line, f"{target.name} depends on {module} and imports it nowhere"
        for module in sorted(target.dependencies & names - above):
            yield "Package.swift", target.line, f"{target.name} depends on {module}, which does not stand above it"
        above.add(target.name)


def check_file(path, content):
    """All findings about one file, given its bytes, as (line, message) in line order."""
    findings = list(check_path(path))
    if b"\0" not in content:
        text = content.decode("utf-8", errors="replace")
        findings += check_text(path, text)
        if path.endswith(".swift"):
            findings += check_swift(path, text)
    return sorted(findings)


def is_shell_script(content):
    return re.match(rb"#!.*\b(ba|da)?sh\b", content) is not None


def run(*command):
    """Runs a tool that prints its own findings, and returns whether it had none."""
    try:
        return subprocess.run(command).returncode == 0
    except FileNotFoundError:
        print(f"{command[0]} is not installed: run scripts/setup.sh --test")
        return False


def repository_files():
    """Tracked files and new ones that are not ignored, except those deleted in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    return sorted(path for path in set(listed) if os.path.isfile(path))


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    clean, scripts, texts, files = True, [], {}, repository_files()
    for path in files:
        with open(path, "rb") as file:
            content = file.read()
        for line, message in check_file(path, content):
            print(f"{path}:{line}: {message}")
            clean = False
        if is_shell_script(content):
            scripts.append(path)
        if path.endswith((".md", ".swift")):
            texts[path] = content.decode("utf-8", errors="replace")
    pages = {path: text for path, text in texts.items() if path.endswith(".md")}
    tree = SwiftTree(texts["Package.swift"], texts)
    for path, line, message in [*check_links(pages, set(files)), *sorted(check_tree(tree))]:
        print(f"{path}:{line}: {message}")
        clean = False
    sys.stdout.flush()  # before the tools write to the same place

    # Not the whole folder of the benchmarks: it contains its own build folder.
    parts = ("Package.swift", "Sources", "Tests", "bench/micro/Package.swift", "bench/micro/Sources",
             "bench/micro/Benchmarks")
    swift = [path for path in parts if os.path.exists(path)]
    if swift:
        clean &= run("swift", "format", "lint", "--strict", "--parallel", "--recursive", *swift)
    if scripts:
        clean &= run("shellcheck", "--format=gcc", *scripts)
    print(f"check: {len(files)} files, {'no findings' if clean else 'see the findings above'}", file=sys.stderr)
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
