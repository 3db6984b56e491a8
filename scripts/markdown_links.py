"""Checks that links between Markdown pages lead to a file or folder of the repository, and to an existing heading."""

import os
import re

FENCE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.M)


def without_examples(text):
    """The text with the lines of code blocks emptied, so that line numbers stay correct."""
    return FENCE.sub(lambda block: "\n" * block[0].count("\n"), text)


def anchor(heading):
    """The anchor of a heading: lower case, hyphens for blanks, no punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def check_links(pages, files):
    """Broken links, as (path, line, message).

    pages: the text of each Markdown page by its path; files: all paths of the repository.
    """
    folders = {os.path.dirname(path) for path in files}
    anchors = {path: {anchor(found[1]) for found in HEADING.finditer(without_examples(text))}
               for path, text in pages.items()}
    for path, text in pages.items():
        text = without_examples(text)
        for found in LINK.finditer(text):
            target, _, name = found[1].partition("#")
            if re.match(r"\w+:", found[1]):
                continue
            line = text.count("\n", 0, found.start()) + 1
            place = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            if place not in files and place not in folders:
                yield path, line, f"link to {found[1]}: there is no such file"
            elif name and name not in anchors.get(place, ()):
                yield path, line, f"link to {found[1]}: there is no such heading"
