#!/usr/bin/env python3
"""Counts the instructions of the hot pieces under callgrind: `make bench-check`, `make bench-baseline`.

Instructions do not depend on what else the machine does. Each piece runs two numbers of times; the difference is
what the runs alone cost, without the program's start. A count above the baseline by more than
the tolerance fails the check; one that is as far below it asks for a new baseline.
"""

import argparse
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BASELINE = os.path.join(ROOT, "bench/micro/baseline.json")
# Two runs of one build may differ by this much: the state of the allocator and the hash tables varies.
TOLERANCE = 0.02
# How often each piece runs in the shorter and in the longer run.
PIECES = {
    "encode 1,000 books": (2, 6),
    "parse 1,000 request lines": (2, 6),
    "parse 1,000 traceparent fields": (2, 6),
    "commit loop alone, 64 changes": (100, 500),
    "ledger append, 64 sales": (40, 120),
}


def say(text):
    print(f"bench-check: {text}", file=sys.stderr, flush=True)


def build():
    done = subprocess.run([os.path.join(ROOT, "scripts/build_release.sh"), "CountPieces"], stdout=sys.stderr)
    if done.returncode != 0:
        sys.exit(1)
    program = os.path.join(ROOT, ".build/release/CountPieces")
    # Valgrind 3.19 fails on the debugging information of newer compilers.
    subprocess.run(["strip", "--strip-debug", "-o", program + "-stripped", program], check=True)
    return program + "-stripped"


def instructions(program, name, times):
    """Returns the instructions that callgrind counts in a whole run."""
    environment = dict(os.environ, SWIFT_DETERMINISTIC_HASHING="1")
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, str(times)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    found = re.search(r"Collected : (\d+)", done.stdout)
    if done.returncode != 0 or not found:
        say(f"'{name}' ended with status {done.returncode}: {done.stdout[-1500:]}")
        sys.exit(1)
    return int(found[1])


def measure(program):
    counts = {}
    for name, (few, many) in PIECES.items():
        counts[name] = round((instructions(program, name, many) - instructions(program, name, few)) / (many - few))
        say(f"{counts[name]:>12,} instructions a run: {name}")
    return counts


def compare(counts):
    """Prints a table and returns whether nothing is slower."""
    with open(BASELINE, encoding="utf-8") as file:
        baseline = json.load(file)["instructions"]
    good = set(baseline) == set(counts)
    if not good:
        say("the baseline is of other benchmarks: make bench-baseline")
    for name in counts.keys() & baseline.keys():
        ratio = counts[name] / baseline[name]
        verdict = "as before"
        if ratio > 1 + TOLERANCE:
            verdict, good = "WORSE", False
        elif ratio < 1 - TOLERANCE:
            verdict = "better: renew the baseline by make bench-baseline"
        print(f"{name:32} {baseline[name]:>12,} → {counts[name]:>12,}  {ratio - 1:+.2%}  {verdict}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--renew", action="store_true", help="store what is counted as the baseline")
    options = parser.parse_args()
    counts = measure(build())
    if not options.renew:
        sys.exit(0 if compare(counts) else 1)
    versions = [subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()[0]
                for command in (["swift", "--version"], ["valgrind", "--version"], ["ldd", "--version"])]
    with open(BASELINE, "w", encoding="utf-8") as file:
        json.dump({"counted with": versions, "tolerance": TOLERANCE, "instructions": counts}, file, indent=2)
        file.write("\n")
    print(f"{os.path.relpath(BASELINE, ROOT)} is written")


if __name__ == "__main__":
    main()
