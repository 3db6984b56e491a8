"""Measures what find finds, and how quickly: a catalog of well-known titles, and queries whose first book is known.

The titles are those of Sources/Tools/Demo/Books, which this project has written. Known-item queries are titles, their
main part, and words of them with the author's name where another book has the same words; each is also asked with one
typing error. With --books there are so many books more, with titles of words drawn from the same titles.
"""
import argparse
import http.client
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOOKS = ROOT / "Sources/Tools/Demo/Books"
QUERY_COUNT = 300
MEAN_RECIPROCAL_RANK = {"known": 0.95, "mistyped": 0.85}
P99_MILLISECONDS = 20
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MISTYPED_LETTERS = 5
STOP_WORDS = set("a an the of and or in on to for from by with at as is it de la le les des du et der die das und "
                 "el los las il lo y e del".split())
READY_SECONDS = 1200


def titles():
    """(title, author, topic) of all books of the list."""
    found = []
    for path in sorted(BOOKS.glob("*.txt")):
        topic, author = "", ""
        for line in path.read_text(encoding="utf-8").splitlines():
            mark, _, rest = line.partition(" ")
            if mark == "#":
                topic = rest
            elif mark.startswith("@"):
                author = rest.split("; ")[0]
            elif rest:
                found.append((rest, author, topic))
    return found


def words(text):
    return re.findall(r"[^\W_]+", re.sub("['’]", "", text.lower()))


def strong(text):
    return [word for word in words(text) if word not in STOP_WORDS]


def known_items(listed, chance):
    """(query, number) of books that the query names and no other book does."""
    latin = [(number, title) for number, (title, _, _) in enumerate(listed, 1)
             if re.fullmatch(r"[\u0020-\u024f’–—]+", title) and strong(title)]
    having = {}
    for number, title in latin:
        for word in set(strong(title)):
            having.setdefault(word, set()).add(number)
    queries = []
    chance.shuffle(latin)
    for index, (number, title) in enumerate(latin):
        kind = index % 3
        main = re.split(r"[:;(]|, or ", title)[0].strip()
        some = strong(title)
        chance.shuffle(some)
        query = {0: title, 1: main.lower(), 2: " ".join(sorted(some[:3], key=title.lower().find))}[kind]
        kept = [having[word] for word in strong(query)]
        # Words that several books have say which is meant only where they are one's whole title.
        if kind > 0 and len(set.intersection(*kept)) > 1:
            continue
        queries.append((query, number))
    return queries[:QUERY_COUNT]


def mistyped(query, chance):
    """The query with one error in a word that is long enough; None where there is none."""
    places = [match for match in re.finditer(r"[^\W\d_]+", query) if len(match.group()) >= MISTYPED_LETTERS]
    if not places:
        return None
    match = chance.choice(places)
    word = match.group()
    while True:
        at = chance.randrange(len(word))
        wrong = chance.choice([
            word[:at] + word[at + 1:], word[:at] + chance.choice(LETTERS) + word[at:],
            word[:at] + chance.choice(LETTERS) + word[at + 1:],
            word[:at] + word[at + 1:at + 2] + word[at:at + 1] + word[at + 2:]])
        if wrong.lower() != word.lower() and len(wrong) >= MISTYPED_LETTERS:
            return query[:match.start()] + wrong + query[match.end():]


def write_books(path, listed, count, chance):
    """The list, and so many further books, their words as frequent as in the list."""
    known = [words(title) for title, _, _ in listed]
    # Of rare words there are more, the larger a shop is: here names with another ending.
    every = [word for some in known for word in some]
    topics = sorted({topic for _, _, topic in listed})
    endings = ["", "", "", "", "s", "en", "ia", "son", "ville", "er", "ing", "ism"]
    with open(path, "w", encoding="utf-8") as file:
        for number, (title, _, topic) in enumerate(listed, 1):
            file.write(f"init,{number},3,10,{topic},{title}\n")
        for number in range(len(listed) + 1, len(listed) + count + 1):
            some = [chance.choice(every) + (chance.choice(endings) if chance.random() < 0.5 else "")
                    for _ in range(chance.randrange(3, 9))]
            topic = chance.choice(topics)
            file.write(f"init,{number},3,{number % 90 + 1},{topic},{' '.join(some).capitalize()}\n")


class Catalog:
    """A catalog of its own in a temporary folder."""

    def __init__(self, program, folder, books, port):
        config = folder / "config"
        config.write_text("".join(
            f"{tier},127.0.0.1:{port + place}\n" for place, tier in enumerate(["frontend", "catalog", "order"])))
        self.port = port + 1
        self.log = open(folder / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, "catalog", "--config", config, "--data", folder / "data", "--output", folder / "output",
             "--books", books], stdout=self.log, stderr=self.log)

    def get(self, target):
        """The status, the answer, and the time that it took."""
        start = time.perf_counter()
        self.connection.request("GET", target)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text), time.perf_counter() - start

    def wait(self):
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                if self.get("/find?q=anything")[0] == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        sys.exit("relevance: the catalog did not get ready; its log:\n" + pathlib.Path(self.log.name).read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def ask(catalog, queries, limit=20):
    """The reciprocal ranks and the times in milliseconds."""
    ranks, times, missed = [], [], []
    for query, number in queries:
        status, answer, took = catalog.get(
            f"/find?sort=relevance&limit={limit}&q=" + urllib.parse.quote(query))
        found = [book["item_number"] for book in answer["result"]] if status == 200 else []
        place = found.index(str(number)) + 1 if str(number) in found else math.inf
        ranks.append(1 / place)
        times.append(took * 1e3)
        if place > 1:
            missed.append(f"{query!r}: wanted {number}, found {found[:3]} of {answer.get('count', status)}")
    return ranks, times, missed


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, math.ceil(len(times) * part) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the bookstore executable")
    parser.add_argument("--books", type=int, default=0, help="further books")
    parser.add_argument("--port", type=int, default=24100)
    parser.add_argument("--missed", action="store_true", help="name the queries whose book did not come first")
    options = parser.parse_args()
    chance = random.Random(13)
    listed = titles()
    known = known_items(listed, chance)
    wrong = [(query, number) for query, number in ((mistyped(query, chance), number) for query, number in known)
             if query]
    isOK = True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_books(folder / "books", listed, options.books, chance)
        catalog = Catalog(os.path.abspath(options.program), folder, folder / "books", options.port)
        try:
            start = time.monotonic()
            catalog.wait()
            print(f"{len(listed) + options.books:,} books, ready after {time.monotonic() - start:.0f} s; "
                  f"index {(folder / 'data/find.sqlite').stat().st_size / 1e6:.0f} MB")
            for kind, queries in [("known", known), ("mistyped", wrong)]:
                ask(catalog, queries[:20])
                ranks, times, missed = ask(catalog, queries)
                rank = sum(ranks) / len(ranks)
                least = MEAN_RECIPROCAL_RANK[kind]
                isOK = isOK and rank >= least
                print(f"{kind}: {len(queries)} queries, mean reciprocal rank {rank:.3f} (at least {least}); "
                      f"p50 {percentile(times, 0.5):.1f} ms, p99 {percentile(times, 0.99):.1f} ms "
                      f"(at most {P99_MILLISECONDS} ms on a release build), longest {max(times):.1f} ms")
                if options.missed:
                    print("".join(f"  {line}\n" for line in missed), end="")
        finally:
            catalog.stop()
    sys.exit(0 if isOK else 1)


if __name__ == "__main__":
    main()
