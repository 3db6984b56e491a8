"""The tables that the documentation gets."""

import os
import platform
import statistics
import subprocess
import time

from processes import ROOT, newest_postgres


FIGURE_HEAD = ("| operation | connections | store | a second | lowest – highest | median latency | 99th percentile "
               "| processor time |")
FIGURE_LINE = "|---|---|---|---|---|---|---|---|"


def line_of(*command):
    """The first line that a command says, wherever it says it."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    except OSError:
        return "not found"
    return (done.stdout.strip().splitlines() or ["?"])[0]


def machine(folder):
    """What was measured on, as a list of lines."""
    cpu = "?"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kind = line_of("findmnt", "--noheadings", "--output", "FSTYPE", "--target", folder)
    return [
        f"- {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, store of commit {line_of('git', 'rev-parse', '--short', 'HEAD')}",
        f"- {os.cpu_count()} cores ({cpu}), {memory:.0f} GiB, Linux {platform.release()}, disk of type {kind}",
    ]


def versions():
    flask = os.path.join(ROOT, ".build/flask-venv/bin/python")
    found = [
        line_of("swift", "--version"), line_of("go", "version"), line_of("nginx", "-v"),
        line_of(f"{newest_postgres()}/postgres", "--version"),
        "Flask " + line_of(flask, "-c", "import importlib.metadata as m; print(m.version('flask'))"),
        line_of("wrk", "-v").split("Copyright")[0].strip(),
    ]
    return "- " + "; ".join(found)


def mark(ratios, relation, bound):
    median = statistics.median(ratios)
    return "passed" if (median >= bound if relation == ">=" else median <= bound) else "NOT passed"


def spread(values, digits):
    return f"{min(values):,.{digits}f} – {max(values):,.{digits}f}"


def peers(rounds, goals, options, folder, alone):
    text = [
        "# The store beside its peers", "",
        "Written by `make bench-peers`; do not edit. Every store is a set of separate processes on one machine, the",
        "load generator beside them on the same cores. Every buy of ours is on the disk (fdatasync) before its",
        "answer; Go and Flask sell in memory. PostgreSQL sells by one prepared statement over a local socket, with",
        "`synchronous_commit` on, and has no HTTP and no tiers in front.", "",
        *machine(folder), versions(),
        f"- {options.rounds} interleaved rounds of {options.seconds} s a cell; wrk with one thread, keep-alive; "
        "medians, lowest and highest of the rounds", alone.line(), "",
        "## Goals", "",
        "A ratio is taken within each round; the table has the median of the rounds' ratios.", "",
        "| goal | bound | measured | lowest – highest | |", "|---|---|---|---|---|",
    ]
    for name, ratios, relation, bound in goals:
        sign = "≥" if relation == ">=" else "≤"
        text.append(f"| {name} | {sign} {bound} × | {statistics.median(ratios):.2f} × | {spread(ratios, 2)} "
                    f"| {mark(ratios, relation, bound)} |")
    text += ["", "## Figures", "",
             "Latencies are in milliseconds; PostgreSQL's is the mean, which is all that pgbench tells. Processor time is that of all",
             "servers of a store together, in microseconds a request.", "",
             FIGURE_HEAD, FIGURE_LINE]
    return "\n".join(text + figures(rounds)) + "\n"


def figures(rounds):
    """A line of a table for each cell."""
    text = []
    for cell in rounds[0]:
        rates = [found[cell]["rate"] for found in rounds]
        middle = statistics.median(found[cell]["p50"] for found in rounds)
        tails = [found[cell]["p99"] for found in rounds if found[cell]["p99"] is not None]
        tail = f"{statistics.median(tails):.2f}" if tails else "–"
        operation, connections, peer = cell
        text.append(f"| {operation} | {connections} | {peer} | {statistics.median(rates):,.0f} | {spread(rates, 0)} "
                    f"| {middle:.2f} | {tail} | {statistics.median(found[cell]['cpu'] for found in rounds):.1f} |")
    return text


def limits(findings, options, folder, alone):
    text = [
        "# The store at its limits", "",
        "Written by `make bench-limits`; do not edit. Three separate processes and the load generators on one machine.",
        "", *machine(folder), f"- {options.rounds} rounds of {options.seconds} s", alone.line(), "",
        "| goal | bound | measured | |", "|---|---|---|---|",
    ]
    for name, bound, measured, passed in findings.goals:
        text.append(f"| {name} | {bound} | {measured} | {'passed' if passed else 'NOT passed'} |")
    text += ["", "| figure | |", "|---|---|"]
    text += [f"| {name} | {value} |" for name, value in findings.figures]
    return "\n".join(text) + "\n"


def replicas(rounds, goals, lost, options, folder, alone):
    text = [
        "# Replicas, measured", "",
        "Written by `make bench-replicated`; do not edit. All processes, databases and load generators are on one machine",
        "and share its cores; a second of each tier costs there and gives nothing. Every buy is on the disk of the database,",
        "and of its synchronous standby where there is one, before its answer.", "",
        *machine(folder), "- " + line_of(f"{newest_postgres()}/postgres", "--version"),
        f"- {options.rounds} interleaved rounds of {options.seconds} s a cell; wrk with one thread for each frontend; "
        "medians, lowest and highest of the rounds", alone.line(), "",
        "## Goals", "", "| goal | bound | measured | lowest – highest | |", "|---|---|---|---|---|",
    ]
    for name, values, relation, bound in goals:
        sign, digits = "≥" if relation == ">=" else "≤", 0 if bound > 100 else 2
        text.append(f"| {name} | {sign} {bound:,} | {statistics.median(values):,.{digits}f} | {spread(values, digits)} "
                    f"| {mark(values, relation, bound)} |")
    text += ["", "## Losses", "",
             f"{options.clients} clients buy and look up through HAProxy, at two of each tier and a synchronous standby. The figures",
             f"are of the {options.loss_seconds} s after the loss. A request that the lost server held is repeated at the other one.", "",
             "| lost | requests | failed | longest time without an answer | 99th percentile | longest |",
             "|---|---|---|---|---|---|"]
    for name, found in lost:
        text.append(f"| {name} | {found['requests']:,} | {found['failed']} | {found['gap'] * 1e3:.0f} ms "
                    f"| {found['p99']:.0f} ms | {found['max']:.0f} ms |")
    text += ["", "## Figures", "", "Latencies are in milliseconds; pgbench's is the mean. Processor time is that of all servers and databases together, in",
             "microseconds a request.", "",
             FIGURE_HEAD, FIGURE_LINE, *figures(rounds)]
    return "\n".join(text) + "\n"


def orders(rounds, ratios, pages, options, folder, alone):
    line_counts = [int(cell[0].split()[2]) for cell in rounds[0]]
    text = [
        "# Orders, measured", "",
        "Written by `make bench-orders`; do not edit. An order of so many lines is of as many books, one copy of each, any of a",
        "thousand, under a key of its own. Every order is on the disk before its answer. Ours goes over HTTP through three tiers;",
        "beside it PostgreSQL makes the same orders over a local socket, each by one call of a function that locks the books in",
        "the order of their numbers (`bench/peers/orders.sql`), with `synchronous_commit` on and nothing in front. All processes and the load",
        "generators share the machine's cores.", "",
        *machine(folder), "- " + line_of(f"{newest_postgres()}/postgres", "--version"),
        f"- {options.rounds} interleaved rounds of {options.seconds} s a cell; wrk with one thread, keep-alive; medians, lowest and "
        "highest of the rounds", alone.line(), "",
        "## Beside PostgreSQL", "",
        "Orders a second over those of PostgreSQL with one transaction an order, in the same round.", "",
        "| orders | over PostgreSQL | lowest – highest |", "|---|---|---|",
    ]
    text += [f"| {name} | {statistics.median(values):.2f} × | {spread(values, 2)} |" for name, values in ratios]
    text += ["", "## Lines a second", "", "| orders | connections | store | lines a second |", "|---|---|---|---|"]
    for (operation, connections, store), count in zip(rounds[0], line_counts):
        rate = statistics.median(found[(operation, connections, store)]["rate"] for found in rounds)
        text.append(f"| {operation} | {connections} | {store} | {rate * count:,.0f} |")
    text += ["", "## Figures", "", "Latencies are in milliseconds; pgbench's is the mean. Processor time is that of all servers and databases together, in",
             "microseconds a request.", "", FIGURE_HEAD, FIGURE_LINE, *figures(rounds), "", "## The checkout page", "",
             "The page of any of the open baskets, three books in each, through the web shop.", "",
             FIGURE_HEAD, FIGURE_LINE, *figures(pages)]
    return "\n".join(text) + "\n"
