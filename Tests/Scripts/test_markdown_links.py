"""Valid links and broken links."""

import unittest

from markdown_links import check_links


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


if __name__ == "__main__":
    unittest.main()
