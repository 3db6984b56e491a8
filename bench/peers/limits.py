#!/usr/bin/env python3
"""Measures what the store does at its limits: `make bench-limits`.

A topic of 50,000 books, 10,000 idle connections, a catalog of 1,000,000 books, and an open loop that asks for twice
what the store can do. Writes docs/limits.md (--out).
"""

import argparse
import json
import resource
import socket
import statistics
import threading
import time

import load
import processor
import report
from processes import PROGRAM, Bench, fail, get, say, start_bookstore, start_go, start_nginx, stop_on_signals

BIG_TOPIC_BOOKS = 50_000
IDLE_CONNECTIONS = 10_000
MANY_BOOKS = 1_000_000
STOCK = 1_000_000_000
OVERLOAD_CLIENTS = 8_000
MEBIBYTE = 2**20


def write_books(path, count, big_topic=0):
    """Four books in two topics, then as many as are missing, the big topic's first."""
    with open(path, "w", encoding="utf-8") as file:
        for number in range(1, count + 1):
            topic = "distributed systems" if number <= 2 else "graduate school" if number <= 4 else None
            if topic is None:
                topic = "big" if number <= 4 + big_topic else f"topic {number // 1000}"
            file.write(f"init,{number},{STOCK},10,{topic},The {number}th thing to know about servers\n")


def resident(child):
    """Memory in use by a process, in bytes."""
    with open(f"/proc/{child.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def random_lookups(count):
    """A wrk script that looks up any of `count` books."""
    return (f"math.randomseed(7)\nrequest = function()\n"
            f"  return wrk.format('GET', '/lookup?item_number=' .. math.random(1, {count}))\nend\n")


def wrk(bench, *load_of):
    return bench.measured(lambda: load.wrk(bench, *load_of))


def fetch(port, target):
    """(seconds to the first byte, seconds to the last, bytes of the body) of one request."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        start = time.perf_counter()
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        data = connection.recv(65536)
        first = time.perf_counter() - start
        length, size = None, 0
        head = b""
        while True:
            if not data:
                fail(f"{target}: the answer broke off")
            if length is None:
                head += data
                if b"\r\n\r\n" in head:
                    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                    size = len(head) - head.index(b"\r\n\r\n") - 4
            else:
                size += len(data)
            if length is not None and size >= length:
                return first, time.perf_counter() - start, length
            data = connection.recv(1 << 20)


class Findings:
    """Figures, and goals with what was measured."""

    def __init__(self):
        self.goals = []
        self.figures = []

    def goal(self, name, bound, measured, passed):
        self.goals.append((name, bound, measured, passed))
        say(f"{'passed' if passed else 'NOT passed'}  {name}: {measured} (goal {bound})")

    def figure(self, name, value):
        self.figures.append((name, value))
        say(f"  {name}: {value}")


def measure_big_topic(bench, findings, options):
    books = bench.path("big.txt")
    write_books(books, BIG_TOPIC_BOOKS + 4, big_topic=BIG_TOPIC_BOOKS)
    ports, tiers = start_bookstore(bench, "big", books)
    port = ports["frontend"]
    before = {tier: resident(child) for tier, child in tiers.items()}
    times = [fetch(port, "/search?topic=big") for _ in range(20)]
    size = times[0][2]
    findings.figure("search of 50,000 books, bytes of the answer", f"{size:,}")
    findings.figure("… first time: first byte, last byte", f"{times[0][0] * 1e3:.1f} ms, {times[0][1] * 1e3:.1f} ms")
    again = times[1:]
    first = statistics.median(item[0] for item in again) * 1e3
    last = statistics.median(item[1] for item in again) * 1e3
    findings.figure("… then: first byte, last byte (median of 19)", f"{first:.1f} ms, {last:.1f} ms")
    for tier in ("frontend", "catalog"):
        grown = (resident(tiers[tier]) - before[tier]) / MEBIBYTE
        findings.figure(f"memory that 20 such searches left in the {tier}", f"{grown:.0f} MiB")
    page = fetch(port, "/search?topic=big&limit=100&after=25000")
    pages = statistics.median(fetch(port, "/search?topic=big&limit=100&after=25000")[1] for _ in range(50)) * 1e3
    findings.figure("a page of 100 in the middle (limit, after), last byte", f"{pages:.2f} ms, {page[2]:,} bytes")
    quiet = wrk(bench, port, "/lookup?item_number=1", 16, options.seconds)
    stop = threading.Event()

    def search_on():
        while not stop.wait(0.2):
            fetch(port, "/search?topic=big")
    searcher = threading.Thread(target=search_on, daemon=True)
    searcher.start()
    disturbed = wrk(bench, port, "/lookup?item_number=1", 16, options.seconds)
    stop.set()
    searcher.join()
    findings.figure("lookups' 99th percentile alone, and with five such searches a second beside them",
                    f"{quiet['p99']:.2f} ms, {disturbed['p99']:.2f} ms")
    findings.goal("50,000-book topic: first byte before all of it is built, or pages by limit and after",
                  "pages", f"a page of 100 in {pages:.2f} ms", page[2] < size / 100)
    for child in tiers.values():
        bench.stop(child)


def measure_idle(bench, findings, options):
    books = bench.path("four.txt")
    write_books(books, 4)
    ports, tiers = start_bookstore(bench, "idle", books)
    port = ports["frontend"]
    wrk(bench, port, "/lookup?item_number=1", 64, options.seconds)
    tails, loaded = [], []
    connections = []
    for _ in range(options.rounds):
        tails.append(wrk(bench, port, "/lookup?item_number=1", 64, options.seconds)["p99"])
        while len(connections) < IDLE_CONNECTIONS:
            connections.append(socket.create_connection(("127.0.0.1", port)))
        time.sleep(0.5)
        # Each has asked once: an idle connection is one that could ask again.
        for connection in connections:
            connection.sendall(b"GET /lookup?item_number=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for connection in connections:
            if not connection.recv(4096):
                fail("an idle connection was closed")
        memory = resident(tiers["frontend"])
        loaded.append(wrk(bench, port, "/lookup?item_number=1", 64, options.seconds)["p99"])
        memory = max(memory, resident(tiers["frontend"]))
        for connection in connections:
            connection.close()
        connections = []
        time.sleep(0.5)
    findings.goal("10,000 idle connections: memory of the frontend", "< 150 MiB", f"{memory / MEBIBYTE:.0f} MiB",
                  memory < 150 * MEBIBYTE)
    ratio = statistics.median(after / before for before, after in zip(tails, loaded))
    findings.goal("10,000 idle connections: 99th percentile of 64 active ones over that without them",
                  "<= 1.2 × (unchanged within the noise)",
                  f"{ratio:.2f} × ({statistics.median(tails):.2f} → {statistics.median(loaded):.2f} ms)", ratio <= 1.2)
    for child in tiers.values():
        bench.stop(child)


def measure_many_books(bench, findings, options):
    few, many = bench.path("few.txt"), bench.path("many.txt")
    write_books(few, 4)
    write_books(many, MANY_BOOKS)
    small, small_tiers = start_bookstore(bench, "few", few)
    say("loading 1,000,000 books …")
    large, large_tiers = start_bookstore(bench, "many", many)
    ratios = []
    for _ in range(options.rounds):
        rates = [wrk(bench, ports["frontend"], "/", 64, options.seconds, random_lookups(count))["rate"]
                 for ports, count in ((small, 4), (large, MANY_BOOKS))]
        ratios.append(rates[1] / rates[0])
        say(f"  lookups: {rates[0]:.0f}/s of 4 books, {rates[1]:.0f}/s of 1,000,000")
    findings.figure("memory of the catalog with 1,000,000 books",
                    f"{resident(large_tiers['catalog']) / MEBIBYTE:.0f} MiB")
    findings.goal("1,000,000 books: lookup rate over that of four books, any book alike", ">= 0.9 ×",
                  f"{statistics.median(ratios):.2f} × ({report.spread(ratios, 2)})", statistics.median(ratios) >= 0.9)
    for child in list(small_tiers.values()) + list(large_tiers.values()):
        bench.stop(child)


def measure_overload(bench, findings, options):
    """Twice the peak of each store over 8,000 connections: what is left of the peak, and how fast the rest is refused."""
    books = bench.path("four.txt")
    write_books(books, 4)
    ports, tiers = start_bookstore(bench, "overload", books)
    port = ports["frontend"]
    nginx = start_nginx(bench, get(port, "/lookup?item_number=1").decode(),
                        get(port, "/search?topic=distributed+systems").decode())
    go = start_go(bench, books)
    for operation, path, script, peers in (
            ("lookup", "/lookup?item_number=1", None, {"nginx → nginx": nginx, "Go": go}),
            ("buy", "/buy?item_number=1", load.POST, {"Go": go})):
        wrk(bench, port, path, 256, options.seconds, script)
        before = sum(resident(child) for child in tiers.values())
        cell, left = overload(bench, findings, options, operation, "the store", port)
        grown = (sum(resident(child) for child in tiers.values()) - before) / MEBIBYTE
        refused = cell.get("refused") or {}
        findings.figure(f"{operation}: processor time of all tiers for each of them, refusals included",
                        f"{cell['cpu']:.0f} µs")
        findings.figure(f"{operation}: failures", str(cell["failures"] or "none"))
        findings.figure(f"{operation}: memory that it took in all tiers", f"{grown:.0f} MiB")
        findings.goal(f"overload, {operation}: goodput at twice the peak rate over the peak", ">= 0.8 ×",
                      f"{left:.2f} ×", left >= 0.8)
        for name, peer in peers.items():
            _, theirs = overload(bench, findings, options, operation, name, peer)
            findings.goal(f"overload, {operation}: what is left of the peak, over what is left of that of {name}",
                          ">= 1 ×", f"{left / theirs:.2f} ×", left >= theirs)
        if refused:
            findings.goal(f"overload, {operation}: median time to a 503", "<= 50 ms", f"{refused['p50']:.0f} ms",
                          refused["p50"] <= 50)
        time.sleep(2)
    for child in bench.children:
        bench.stop(child)


def overload(bench, findings, options, operation, name, port):
    """What `bookstore bench` says of twice a store's peak, and the part of the peak that is left."""
    peak = max(bench_run(bench, port, operation, ["--clients", "256", "--duration", str(options.seconds)])
               ["throughput"], 1)
    cell = bench_run(bench, port, operation,
                     ["--clients", str(OVERLOAD_CLIENTS), "--rate", str(round(2 * peak)),
                      "--duration", str(options.overload_seconds)])
    refused = cell.get("refused") or {}
    findings.figure(f"{operation}, {name}: peak of a closed loop with 256 clients", f"{peak:,.0f}/s")
    findings.figure(f"{operation}, {name}: answered with success at twice that rate",
                    f"{cell['throughput']:,.0f}/s, median {cell['latency']['p50']:.0f} ms")
    findings.figure(f"{operation}, {name}: answered 503", f"{refused.get('count', 0):,}"
                    + (f", median {refused['p50']:.0f} ms" if refused else ""))
    return cell, cell["throughput"] / peak


def bench_run(bench, port, operation, arguments):
    """What `bookstore bench` says of one load."""
    path = bench.path("bench.json")

    def measure():
        load.run([PROGRAM, "bench", "--frontend", f"127.0.0.1:{port}", "--mix", f"{operation}=1", "--items", "1-1",
                  "--json", path] + arguments)
        with open(path, encoding="utf-8") as file:
            cells = json.load(file)["cells"]
        found = next(cell for cell in cells if cell["operation"] == operation)
        return found | {"rate": found["throughput"]}
    return bench.measured(measure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--overload-seconds", type=int, default=10, help="how long the overload lasts (10)")
    parser.add_argument("--only", choices=["topic", "idle", "books", "overload"], help="one of the four")
    processor.add_options(parser, "docs/limits.md")
    options = parser.parse_args()
    stop_on_signals()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2 * IDLE_CONNECTIONS:
        fail(f"10,000 connections need 'ulimit -n' of {2 * IDLE_CONNECTIONS}; the hard limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * IDLE_CONNECTIONS), hard))
    parts = {"topic": measure_big_topic, "idle": measure_idle, "books": measure_many_books,
             "overload": measure_overload}
    findings = Findings()
    with Bench(options.folder) as bench:
        for name, part in parts.items():
            if options.only in (None, name):
                say(f"{name} …")
                part(bench, findings, options)
        text = report.limits(findings, options, bench.folder, bench.machine)
    processor.publish(text, options, bench.machine)


if __name__ == "__main__":
    main()
