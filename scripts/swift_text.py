"""Just enough of Swift's grammar for check.py: which text is code, and where functions begin and end.

Not a parser: bare regex literals (/…/) are taken as code, so one with a quote or a brace in it would mislead
the brace matcher. Write such a one as #/…/#, or with a string.
"""

import bisect
import functools
import re

STRING_OPENS = re.compile(r'(#*)("""|")')
EXTENDED_REGEX = re.compile(r"(#+)/.*?/\1", re.S)
COMMENT = re.compile(r"//[^\n]*")
# Text in which no comment, string or interpolation begins or ends.
PLAIN_CODE = re.compile(r'[^"#/()]+')
PLAIN_TEXT = re.compile(r'[^"\\]+')
DECLARES_FUNCTION = re.compile(r"(?<![.\w`])(?:func\s+(`\w+`|\w+|[^\s\w(]+)|(init|deinit|subscript)(?=[\s(<?!{]))")
# A signature continues in the next line after the first of these, or before the second.
GOES_ON_AFTER = re.compile(r"(?:[,&:<=(\[]|->|\b(?:where|async|throws|rethrows|some|any))\s*$")
GOES_ON_BEFORE = re.compile(r"\s*(?:[{&>=,]|->|(?:where|async|throws|rethrows)\b)")


@functools.cache
def parse(source):
    """The source file of this text, parsed once for all rules."""
    return Swift(source)


class Swift:
    """One source file. `code` is the source with comments and the text of strings blanked out, so that every
    character keeps its place. What is in `\\(…)` inside a string is code, and stays."""

    def __init__(self, source):
        self.source = source
        self.line_starts = [0] + [found.end() for found in re.finditer("\n", source)]
        self.comments = []  # where they begin and end
        self.code = self._blank_out()
        self.comment_lines = {line for start, end in self.comments
                              for line in range(self.line(start), self.line(end - 1) + 1)}

    def line(self, offset):
        """The line, from 1, of the character at this offset."""
        return bisect.bisect_right(self.line_starts, offset)

    def without_comments(self):
        """The source with comments blanked out and strings unchanged."""
        text = list(self.source)
        for start, end in self.comments:
            text[start:end] = re.sub(r"[^\n]", " ", self.source[start:end])
        return "".join(text)

    def functions(self):
        """Yields (line, name, length in lines) of every function that has a body."""
        for found in DECLARES_FUNCTION.finditer(self.code):
            start = self._body_start(found.end())
            if start is not None:
                first, last = self.line(found.start()), self.line(self._closing_brace(start))
                yield first, found[1] or found[2], last - first + 1

    def _body_start(self, offset):
        """The offset of the `{` of a function's body, or None for one without a body, as in a protocol."""
        code, depth = self.code, 0
        for i in range(offset, len(code)):
            if code[i] in "([":
                depth += 1
            elif code[i] in ")]":
                depth -= 1
            elif depth == 0 and code[i] == "{":
                return i
            elif depth == 0 and code[i] in "};":
                return None
            elif depth == 0 and code[i] == "\n":
                # Blanked comments leave lines of spaces, which \s* passes over.
                if not GOES_ON_AFTER.search(code, offset, i) and not GOES_ON_BEFORE.match(code, i):
                    return None
        return None

    def _closing_brace(self, opening):
        depth = 0
        for i in range(opening, len(self.code)):
            if self.code[i] == "{":
                depth += 1
            elif self.code[i] == "}":
                depth -= 1
                if depth == 0:
                    return i
        return len(self.code) - 1

    def _blank_out(self):
        source, out, i = self.source, [], 0
        # Open strings from the outside in: [closing quote, escape, depth of parentheses in the interpolation
        # that is open in it, 0 while in its text].
        strings = []

        def blank(end):
            out.append(re.sub(r"[^\n]", " ", source[i:end]))
            return end

        while i < len(source):
            if strings and strings[-1][2] == 0:
                closing, escape, _ = strings[-1]
                if source.startswith(escape + "(", i):
                    strings[-1][2] = 1
                    i = blank(i + len(escape) + 1)
                elif source.startswith(escape, i):
                    i = blank(i + len(escape) + 1)
                elif source.startswith(closing, i):
                    strings.pop()
                    i = blank(i + len(closing))
                else:
                    found = PLAIN_TEXT.match(source, i)
                    i = blank(found.end() if found else i + 1)
            elif found := COMMENT.match(source, i) or EXTENDED_REGEX.match(source, i):
                if found[0].startswith("//"):
                    self.comments.append(found.span())
                i = blank(found.end())
            elif source.startswith("/*", i):
                self.comments.append((i, self._block_comment_end(i)))
                i = blank(self.comments[-1][1])
            elif found := STRING_OPENS.match(source, i):
                strings.append([found[2] + found[1], "\\" + found[1], 0])
                i = blank(found.end())
            elif strings and source[i] == ")" and strings[-1][2] == 1:
                strings[-1][2] = 0
                i = blank(i + 1)
            elif found := PLAIN_CODE.match(source, i):
                out.append(found[0])
                i = found.end()
            else:
                if strings and source[i] in "()":
                    strings[-1][2] += 1 if source[i] == "(" else -1
                out.append(source[i])
                i += 1
        return "".join(out)

    def _block_comment_end(self, start):
        """Block comments nest in Swift."""
        depth = 0
        for found in re.compile(r"/\*|\*/").finditer(self.source, start):
            depth += 1 if found[0] == "/*" else -1
            if depth == 0:
                return found.end()
        return len(self.source)
