#!/usr/bin/env python3
"""Measures the store beside its peers on this machine, in interleaved rounds: `make bench-peers`.

Every peer runs all the time and idles while another is measured. A round measures every cell once; a ratio is
taken inside a round, where both sides met the same machine, and the median of the rounds' ratios is reported with
the lowest and the highest. Writes docs/peers.md (--out) and all figures as JSON (--json).
"""

import argparse
import json
import statistics
import time

import load
import processor
import report
from processes import (Bench, get, say, start_bookstore, start_flask, start_go, start_nginx, start_postgres,
                       stop_on_signals)

STOCK = 1_000_000_000
TOPIC_BOOKS = 100
# What the catalog's write-ahead log takes for one sale: a frame of 24 + 4096 bytes for each page that changes.
SALE_FRAMES = 5
SALE_BYTES = SALE_FRAMES * 4120


def write_books(path):
    """The four books with endless stock, and a topic of a hundred."""
    with open(path, "w", encoding="utf-8") as file:
        topics = ("distributed systems", "distributed systems", "graduate school", "graduate school")
        titles = ("How to get a good grade in 677 in 20 minutes a day", "RPCs for Dummies",
                  "Xen and the Art of Surviving Graduate School", "Cooking for the Impatient Graduate Student")
        for number, (topic, title) in enumerate(zip(topics, titles), 1):
            file.write(f"init,{number},{STOCK},10,{topic},{title}\n")
        for number in range(1001, 1001 + TOPIC_BOOKS):
            file.write(f"init,{number},{STOCK},12.50,hundred,The {number}th thing to know about servers\n")


def cells(bench, options):
    """(operation, connections, peer) and what measures it, in the order of a round."""
    books = bench.path("books.txt")
    write_books(books)
    say("starting the store and its peers …")
    ours, _ = start_bookstore(bench, "ours", books)
    body = get(ours["frontend"], "/lookup?item_number=1").decode()
    go = start_go(bench, books)
    nginx = start_nginx(bench, body)
    flask = start_flask(bench, STOCK)
    sockets = start_postgres(bench, STOCK)
    say(f"store {ours['frontend']}, Go {go}, nginx {nginx}, Flask {flask}")
    seconds = options.seconds

    def http(operation, connections, peer, port):
        path = {"lookup": "/lookup?item_number=1", "buy": "/buy?item_number=1",
                "search of 100": "/search?topic=hundred"}[operation]
        script = load.POST if operation == "buy" else None
        return ((operation, connections, peer),
                lambda: load.wrk(bench, port, path, connections, seconds, script))

    def sale(clients):
        return ("buy", clients, "PostgreSQL"), lambda: load.pgbench(sockets, clients, seconds)

    ours = ours["frontend"]
    return [
        http("lookup", 64, "bookstore", ours), http("lookup", 64, "nginx", nginx),
        http("lookup", 64, "Go", go), http("lookup", 64, "Flask", flask),
        http("lookup", 1, "bookstore", ours), http("lookup", 1, "Go", go), http("lookup", 1, "nginx", nginx),
        (("fdatasync", 1, "disk"), lambda: load.fdatasync(bench, SALE_BYTES, min(seconds, 3))),
        http("buy", 1, "bookstore", ours), http("buy", 1, "Go", go), sale(1),
        http("buy", 64, "bookstore", ours), http("buy", 64, "Go", go), http("buy", 64, "Flask", flask), sale(64),
        http("buy", 256, "bookstore", ours), http("buy", 256, "Go", go), sale(256),
        http("search of 100", 64, "bookstore", ours), http("search of 100", 64, "Go", go),
    ]


def goals(rounds):
    """The goals: text, the ratio of every round, and the bound (">=" or "<=", value)."""
    def rate(operation, connections, peer):
        return [cell[(operation, connections, peer)]["rate"] for cell in rounds]

    def over(operation, connections, peer):
        return [ours / theirs for ours, theirs in
                zip(rate(operation, connections, "bookstore"), rate(operation, connections, peer))]

    def latency(cell, operation, peer="bookstore"):
        return cell[(operation, 1, peer)]["p50"]

    alone = [latency(cell, "buy") / (latency(cell, "fdatasync", "disk") + 3 * latency(cell, "lookup"))
             for cell in rounds]
    lookup_alone = [latency(cell, "lookup") / latency(cell, "lookup", "Go") for cell in rounds]
    return [
        ("lookup, 64 connections: rate over nginx → nginx", over("lookup", 64, "nginx"), ">=", 1.25),
        ("lookup, 64 connections: rate over Go", over("lookup", 64, "Go"), ">=", 2.8),
        ("durable buy of one title, 64 connections: rate over Go in memory", over("buy", 64, "Go"), ">=", 2.3),
        ("durable buy of one title, 64 connections: rate over Flask in memory", over("buy", 64, "Flask"), ">=", 50),
        ("durable buy of one title, 64 connections: rate over PostgreSQL's hot row", over("buy", 64, "PostgreSQL"),
         ">=", 5),
        ("durable buy of one title, 256 connections: rate over Go in memory", over("buy", 256, "Go"), ">=", 3.3),
        ("lookup, 1 client: median latency over Go's", lookup_alone, "<=", 1),
        ("durable buy, 1 client: median latency over one fdatasync + three lookups", alone, "<=", 1.5),
        ("search that returns 100 books, 64 connections: rate over Go", over("search of 100", 64, "Go"), ">=", 3),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", help="where all figures go as JSON")
    processor.add_options(parser, "docs/peers.md", rounds=5, seconds=5)
    options = parser.parse_args()
    stop_on_signals()
    with Bench(options.folder) as bench:
        all_cells = cells(bench, options)
        say("warming up …")
        for (operation, _, peer), measure in all_cells:
            if peer == "bookstore" and operation != "fdatasync":
                measure()
        rounds = []
        start = time.monotonic()
        for number in range(options.rounds):
            found = {}
            for index, (cell, measure) in enumerate(all_cells):
                found[cell] = bench.measured(measure)
                done = number * len(all_cells) + index + 1
                left = (time.monotonic() - start) / done * (options.rounds * len(all_cells) - done)
                say(f"round {number + 1}/{options.rounds}  {cell[0]:>13} {cell[1]:>4}  {cell[2]:<10} "
                    f"{found[cell]['rate']:>9.0f}/s   {left / 60:.0f} min left")
            rounds.append(found)
        text = report.peers(rounds, goals(rounds), options, bench.folder, bench.machine)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([[dict(zip(("operation", "connections", "peer"), cell), **figures)
                        for cell, figures in found.items()] for found in rounds], file, indent=1)
    for name, ratios, relation, bound in goals(rounds):
        say(f"{report.mark(ratios, relation, bound)}  {statistics.median(ratios):7.2f}  {name} ({relation} {bound})")
    processor.publish(text, options, bench.machine)


if __name__ == "__main__":
    main()
