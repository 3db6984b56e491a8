"""Measures how long find takes: known titles among very many books, as typed and mistyped.

The titles are those of Sources/Tools/Demo/Books. The other books have titles of words drawn from them. A query is a title,
its main part, or three of its words; each is also asked with one typing error. Further queries are what finds very many
books: common words, two of them, the beginnings of words. What is found, and in which order, is measured by
`make relevance`. The catalog keeps its books in SQLite or in a PostgreSQL server that is started for it.
"""
import argparse
import collections
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
sys.path.insert(0, str(ROOT / "bench/peers"))

import processes  # noqa: E402: it stands in that folder

BOOKS = ROOT / "Sources/Tools/Demo/Books"
QUERY_COUNT = 300
COMMON_WORDS = 30
QUERY_BYTES = 190
P99_MILLISECONDS = 20
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MISTYPED_LETTERS = 5
READY_SECONDS = 1200


def titles():
    """(title, topic) of all books of the list."""
    found = []
    for path in sorted(BOOKS.glob("*.txt")):
        topic = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            mark, _, rest = line.partition(" ")
            if mark == "#":
                topic = rest
            elif rest and not mark.startswith("@"):
                found.append((rest, topic))
    return found


def words(text):
    return re.findall(r"[^\W_]+", re.sub("['’]", "", text.lower()))


def queries_of(listed, chance):
    """Titles and parts of them."""
    queries = []
    short = [title for title, _ in listed if len(title.encode()) <= QUERY_BYTES]
    for index, title in enumerate(chance.sample(short, QUERY_COUNT)):
        some = words(title)
        main = re.split(r"[:;(]|, or ", title)[0].strip()
        queries.append([title, main.lower(), " ".join(chance.sample(some, min(3, len(some))))][index % 3])
    return queries


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
    known = [words(title) for title, _ in listed]
    # Of rare words there are more, the larger a shop is: here names with another ending.
    every = [word for some in known for word in some]
    topics = sorted({topic for _, topic in listed})
    endings = ["", "", "", "", "s", "en", "ia", "son", "ville", "er", "ing", "ism"]
    with open(path, "w", encoding="utf-8") as file:
        for number, (title, topic) in enumerate(listed, 1):
            file.write(f"init,{number},3,10,{topic},{title}\n")
        for number in range(len(listed) + 1, len(listed) + count + 1):
            some = [chance.choice(every) + (chance.choice(endings) if chance.random() < 0.5 else "")
                    for _ in range(chance.randrange(3, 9))]
            topic = chance.choice(topics)
            file.write(f"init,{number},3,{number % 90 + 1},{topic},{' '.join(some).capitalize()}\n")


def common_queries(listed, chance):
    """What finds very many books, by kind."""
    counted = collections.Counter(word for title, _ in listed for word in set(words(title)))
    common = [word for word, _ in counted.most_common(COMMON_WORDS)]
    pairs = [" ".join(chance.sample(common, 2)) for _ in range(COMMON_WORDS)]
    beginnings = list(LETTERS) + [word[:2] for word in common]
    return [("common words", common), ("two common words", pairs), ("one or two letters", beginnings)]


class Catalog:
    """A catalog of its own in a temporary folder."""

    def __init__(self, program, folder, books, port, store):
        config = folder / "config"
        config.write_text("".join(
            f"{tier},127.0.0.1:{port + place}\n" for place, tier in enumerate(["frontend", "catalog", "order"])))
        self.port = port + 1
        self.log = open(folder / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, "catalog", "--config", config, "--data", folder / "data", "--output", folder / "output",
             "--books", books] + (["--store", store] if store else []), stdout=self.log, stderr=self.log)

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
        sys.exit("find-times: the catalog did not get ready; its log:\n" + pathlib.Path(self.log.name).read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def ask(catalog, queries):
    """The times in milliseconds."""
    times = []
    for query in queries:
        status, answer, took = catalog.get("/find?sort=relevance&limit=20&q=" + urllib.parse.quote(query))
        if status != 200:
            sys.exit(f"find-times: {query!r} was answered {status}: {answer}")
        times.append(took * 1e3)
    return times


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, math.ceil(len(times) * part) - 1)]


def measure(options, listed, kinds, books, store):
    """Whether all kinds of queries are quick enough over a store."""
    is_quick = True
    name = "PostgreSQL" if store else "SQLite"
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        folder = pathlib.Path(folder)
        catalog = Catalog(os.path.abspath(options.program), folder, books, options.port, store)
        try:
            start = time.monotonic()
            catalog.wait()
            print(f"{name}: {len(listed) + options.books:,} books, ready after {time.monotonic() - start:.0f} s; "
                  f"index {(folder / 'data/find.sqlite').stat().st_size / 1e6:.0f} MB", flush=True)
            for kind, queries in kinds:
                ask(catalog, queries[:20])
                times = ask(catalog, queries)
                is_quick = is_quick and percentile(times, 0.99) <= P99_MILLISECONDS
                slowest = queries[times.index(max(times))]
                print(f"{name}, {kind}: {len(queries)} queries, p50 {percentile(times, 0.5):.1f} ms, "
                      f"p99 {percentile(times, 0.99):.1f} ms (at most {P99_MILLISECONDS}), longest {max(times):.1f} ms "
                      f"({slowest!r})", flush=True)
        finally:
            catalog.stop()
    return is_quick


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the bookstore executable")
    parser.add_argument("--books", type=int, default=1_000_000, help="further books")
    parser.add_argument("--port", type=int, default=24100)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], help="one of the two")
    parser.add_argument("--folder", default="/var/tmp", help="a folder on a disk")
    options = parser.parse_args()
    processes.stop_on_signals()
    chance = random.Random(13)
    listed = titles()
    typed = queries_of(listed, chance)
    wrong = [query for query in (mistyped(query, chance) for query in typed) if query]
    kinds = [("as typed", typed), ("mistyped", wrong)] + common_queries(listed, random.Random(14))
    is_quick = True
    with processes.Bench(options.folder) as bench:
        books = bench.path("books")
        write_books(books, listed, options.books, chance)
        if options.store != "postgresql":
            is_quick = measure(options, listed, kinds, books, None)
        if options.store != "sqlite":
            sockets = processes.start_cluster(bench, "postgresql")
            processes.sql(sockets, "CREATE DATABASE books")
            store = f"postgresql:///books?host={sockets}&user=postgres"
            is_quick = measure(options, listed, kinds, books, store) and is_quick
    sys.exit(0 if is_quick else 1)


if __name__ == "__main__":
    main()
