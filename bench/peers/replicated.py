#!/usr/bin/env python3
"""Measures the store on PostgreSQL, with one and two of each tier, and what a loss costs: `make bench-replicated`.

Each store has a database of its own, in a cluster without a standby or in one with a synchronous standby; SQLite is
beside them. Losses are of the store with two of each tier and a synchronous standby, behind HAProxy. Writes
docs/replicas.md (--out). What the loss of a database's host costs, `make run-replicated` shows: it needs a keeper of
the database.
"""

import argparse
import os
import signal
import statistics
import threading
import time

import load
import losses
import processor
import report
from processes import Bench, prepare_sales, say, sql, start_cluster, start_haproxy, start_replicas, stop_on_signals

STOCK = 1_000_000_000
BOOKS = 1_000
SQLITE, ONE, TWO = "SQLite, one of each tier", "PostgreSQL, one of each", "PostgreSQL, two of each"
ONE_SYNC, TWO_SYNC = "… with a synchronous standby, one", "… with a synchronous standby, two"


def write_books(path):
    with open(path, "w", encoding="utf-8") as file:
        for number in range(1, BOOKS + 1):
            file.write(f"init,{number},{STOCK},10,topic {number // 100},The {number}th thing to know about servers\n")


def spread(operation, method):
    """A wrk script that asks for any of the books."""
    return (f"wrk.method = '{method}'\nmath.randomseed(7)\nrequest = function()\n"
            f"  return wrk.format(nil, '/{operation}?item_number=' .. math.random(1, {BOOKS}))\nend\n")


def together(bench, ports, path, connections, seconds, script):
    """wrk at each port at the same time, with its share of the connections."""
    found = [None] * len(ports)

    def measure(index):
        found[index] = load.wrk(bench, ports[index], path, connections // len(ports) or 1, seconds, script)
    threads = [threading.Thread(target=measure, args=(index,)) for index in range(len(ports))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if None in found:
        raise SystemExit(1)
    return {"rate": sum(one["rate"] for one in found), "p50": statistics.mean(one["p50"] for one in found),
            "p99": max(one["p99"] for one in found)}


class Stores:
    """The stores that are measured: frontends' ports by name."""

    def __init__(self, bench):
        books = bench.path("books.txt")
        write_books(books)
        say("starting the stores …")
        self.alone = start_cluster(bench, "alone")
        self.primary = start_cluster(bench, "primary")
        self.standby = start_cluster(bench, "standby", primary=self.primary)
        self.frontends, self.ports, self.tiers = {}, {}, {}
        self.start(bench, SQLITE, "sqlite", 1, books, None)
        self.start(bench, ONE, "one", 1, books, self.alone)
        self.start(bench, TWO, "two", 2, books, self.alone)
        self.start(bench, ONE_SYNC, "one_sync", 1, books, self.primary)
        self.start(bench, TWO_SYNC, "two_sync", 2, books, self.primary)

    def start(self, bench, store, name, count, books, cluster):
        url = None
        if cluster:
            sql(cluster, f"CREATE DATABASE {name}")
            url = f"postgresql:///{name}?host={cluster}&user=postgres"
        self.ports[store], self.tiers[store] = start_replicas(bench, name, books, count, store=url)
        self.frontends[store] = self.ports[store]["frontend"]


def cells(bench, stores, options):
    """(operation, connections, store) and what measures it, in the order of a round."""
    seconds = options.seconds
    kinds = [("lookup of one title", 1, "/lookup?item_number=1", None),
             ("lookup of one title", 64, "/lookup?item_number=1", None),
             ("lookup of any title", 256, "/", spread("lookup", "GET")),
             ("buy of one title", 1, "/buy?item_number=1", load.POST),
             ("buy of one title", 256, "/buy?item_number=1", load.POST),
             ("buy of any title", 256, "/", spread("buy", "POST"))]
    found = []
    for operation, connections, path, script in kinds:
        for store, ports in stores.frontends.items():
            ports = ports[:connections]
            found.append(((operation, connections, store), lambda ports=ports, path=path, connections=connections,
                          script=script: together(bench, ports, path, connections, seconds, script)))
    for name, cluster in (("pgbench, one transaction a sale", stores.alone),
                          ("pgbench with a synchronous standby", stores.primary)):
        prepare_sales(cluster, STOCK)
        found.append((("buy of one title", 64, name),
                      lambda cluster=cluster: load.pgbench(cluster, 64, seconds)))
    return found


def goals(rounds):
    """The goals: text, each round's figure, and the bound."""
    def values(operation, connections, store, figure):
        return [cell[(operation, connections, store)][figure] for cell in rounds]

    def ratios(operation, connections, store, figure):
        return [ours / theirs for ours, theirs in zip(values(operation, connections, store, figure),
                                                      values(operation, connections, SQLITE, figure))]
    found = []
    for store, bound in ((ONE, 10_000), (TWO, 10_000), (ONE_SYNC, 7_000), (TWO_SYNC, 7_000)):
        found.append((f"durable buys of one title a second, 256 connections: {store}",
                      values("buy of one title", 256, store, "rate"), ">=", bound))
    for store in (ONE, TWO):
        found.append((f"lookups, 64 connections, rate over SQLite's: {store}",
                      ratios("lookup of one title", 64, store, "rate"), ">=", 0.7))
    for store in (ONE, TWO, ONE_SYNC, TWO_SYNC):
        found.append((f"one client's buy, median latency over SQLite's: {store}",
                      ratios("buy of one title", 1, store, "p50"), "<=", 3))
    return found


def measure_losses(bench, stores, options):
    """What each loss costs clients who buy and look up behind HAProxy."""
    ports, tiers = stores.ports[TWO_SYNC], stores.tiers[TWO_SYNC]
    front = start_haproxy(bench, ports["frontend"])
    found = []
    for tier in ("frontend", "catalog", "order"):
        for name, end in (("killed", signal.SIGKILL), ("frozen", signal.SIGSTOP)):
            child = tiers[tier][-1]
            found.append((f"{tier} {name}", losses.measure(
                front, BOOKS, options.clients, options.loss_seconds, lambda: os.kill(child.pid, end))))
            say(f"{found[-1][0]}: {found[-1][1]}")
            if end == signal.SIGSTOP:
                os.kill(child.pid, signal.SIGCONT)
            else:
                tiers[tier][-1] = bench.start_again(child, ports[tier][-1])
            # It is used again before the next one is lost.
            time.sleep(losses.RETURN_SECONDS)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=32, help="clients during a loss (32)")
    parser.add_argument("--loss-seconds", type=int, default=5, help="how long is looked after a loss (5)")
    processor.add_options(parser, "docs/replicas.md")
    options = parser.parse_args()
    stop_on_signals()
    with Bench(options.folder) as bench:
        stores = Stores(bench)
        rounds, all_cells = [], cells(bench, stores, options)
        for number in range(options.rounds):
            rounds.append({})
            for cell, measure in all_cells:
                rounds[-1][cell] = bench.measured(measure)
                say(f"round {number + 1}/{options.rounds}  {cell[0]:>20} {cell[1]:>4}  {cell[2]:<34} "
                    f"{rounds[-1][cell]['rate']:>9.0f}/s")
        lost = measure_losses(bench, stores, options)
        text = report.replicas(rounds, goals(rounds), lost, options, bench.folder, bench.machine)
    for name, values, relation, bound in goals(rounds):
        say(f"{report.mark(values, relation, bound)}  {statistics.median(values):,.2f}  {name} ({relation} {bound})")
    processor.publish(text, options, bench.machine)


if __name__ == "__main__":
    main()
