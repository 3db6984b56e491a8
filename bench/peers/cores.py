#!/usr/bin/env python3
"""Measures how the store grows from one core to two: `make bench-cores`.

First everything shares one core, load generator included. Then one process after the other has the second core to
itself, and the rest stays where it was. Last all share both. Writes docs/cores.md (--out).
"""

import argparse
import os
import statistics

import load
import processor
import report
from processes import Bench, fail, say, start_bookstore, stop_on_signals
from run import write_books

CONNECTIONS = 256
OPERATIONS = {"lookup": ("/lookup?item_number=1", None, ("frontend", "catalog")),
              "buy": ("/buy?item_number=1", load.POST, ("frontend", "order", "catalog"))}
# Cores for which the expected rate is given.
LARGER = (4, 8, 16)
# The last core's part that nobody can use: clients never come evenly.
BUSY_MAX = 0.9


def pin(process, cores):
    """Keeps a process, all threads that it has and those that it starts, on these cores."""
    for thread in os.listdir(f"/proc/{process}/task"):
        os.sched_setaffinity(int(thread), cores)


class Placement:
    """Which tier has which core. What is started from here, as the load generator is, stays on the first."""

    def __init__(self, tiers):
        self.tiers = tiers
        self.first, self.second = sorted(os.sched_getaffinity(0))[:2]
        self.names = ["one core", *(f"{tier} alone on the second" for tier in tiers), "load alone on the second",
                      "both cores"]

    def use(self, name):
        alone = name.partition(" alone")[0]
        cores = {self.first, self.second} if name == "both cores" else {self.first}
        for tier, child in self.tiers.items():
            pin(child.pid, {self.second} if tier == alone else cores)
        os.sched_setaffinity(0, {self.second} if alone == "load" else cores)


def seconds_of(child):
    return processor.processes()[child.pid][1]


def measure(bench, port, tiers, operation, seconds):
    """Rate, and microseconds of processor time a request by tier."""
    path, script, shown = OPERATIONS[operation]
    before = {tier: seconds_of(tiers[tier]) for tier in shown}
    found = load.wrk(bench, port, path, CONNECTIONS, seconds, script)
    requests = found["rate"] * seconds
    return found | {tier: (seconds_of(tiers[tier]) - before[tier]) / requests * 1e6 for tier in shown}


def rows_of(operation, rounds, names):
    """The lines of a table: a placement each, medians of the rounds."""
    shown = OPERATIONS[operation][2]
    lines = [f"| {operation} | a second | over one core | " + " | ".join(f"{tier}, µs" for tier in shown) + " |",
             "|---" * (3 + len(shown)) + "|"]
    for name in names:
        cells = [round_[operation, name] for round_ in rounds]
        ratios = [round_[operation, name]["rate"] / round_[operation, "one core"]["rate"] for round_ in rounds]
        lines.append(f"| {name} | {statistics.median(cell['rate'] for cell in cells):,.0f} | {statistics.median(ratios):.2f} × | "
                     + " | ".join(f"{statistics.median(cell[tier] for cell in cells):.1f}" for tier in shown) + " |")
    return lines


def expected(operation, rounds):
    """The rate that cores for the tiers alone would give: each tier has loops on half of them, as it has by default."""
    shown = OPERATIONS[operation][2]
    cost = {tier: statistics.median(round_[operation, f"{tier} alone on the second"][tier] for round_ in rounds)
            for tier in shown}
    line = [operation]
    for cores in LARGER:
        loops = cores // 2
        by_loop = min(loops / cost[tier] for tier in shown)
        by_all = cores / sum(cost.values())
        line.append(f"{BUSY_MAX * min(by_loop, by_all) * 1e6:,.0f}")
    return "| " + " | ".join(line) + " |"


def text_of(rounds, names, options, bench):
    text = [
        "# The store on more cores", "",
        "Written by `make bench-cores`; do not edit. All processes and the load generator share the cores of one machine. Each tier",
        f"has one event loop, wrk has {CONNECTIONS} connections. Processes are pinned to cores: first all to one, then one of",
        "them to the second, which shows what that tier was short of.", "",
        *report.machine(bench.folder), f"- {options.rounds} interleaved rounds of {options.seconds} s; medians",
        bench.machine.line(), ""]
    for operation in OPERATIONS:
        text += rows_of(operation, rounds, names[operation]) + [""]
    text += [
        "## What to expect of more", "",
        "Requests a second, **computed and not measured**: this machine has no more cores. Assumed is that the load comes from elsewhere,",
        "that a request costs each tier what it costs where that tier has a core to itself, that each tier has an event loop for every",
        f"two cores (its default), and that cores are busy for {BUSY_MAX:.0%} of the time. Sales of one title meet in one catalog and",
        "are committed by one thread, so that the disk and that thread are a bound of their own.", "",
        "| | " + " | ".join(f"{cores} cores" for cores in LARGER) + " |", "|---" * (1 + len(LARGER)) + "|",
        *(expected(operation, rounds) for operation in OPERATIONS), ""]
    return "\n".join(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    processor.add_options(parser, "docs/cores.md")
    options = parser.parse_args()
    stop_on_signals()
    if len(os.sched_getaffinity(0)) < 2:
        fail("this compares one core with two, and here is one")
    with Bench(options.folder) as bench:
        books = bench.path("books.txt")
        write_books(books)
        ports, tiers = start_bookstore(bench, "store", books)
        names = {}
        rounds = [{} for _ in range(options.rounds)]
        for number, found in enumerate(rounds):
            for operation, (_, _, shown) in OPERATIONS.items():
                placement = Placement({tier: tiers[tier] for tier in shown})
                names[operation] = placement.names
                for name in placement.names:
                    placement.use(name)
                    found[operation, name] = bench.measured(
                        lambda: measure(bench, ports["frontend"], tiers, operation, options.seconds))
                    placement.use("both cores")
                    say(f"round {number + 1}/{options.rounds}  {operation:>6}  {name:<28} {found[operation, name]['rate']:>9.0f}/s")
        text = text_of(rounds, names, options, bench)
    processor.publish(text, options, bench.machine)


if __name__ == "__main__":
    main()
