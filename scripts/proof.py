#!/usr/bin/env python3
"""Tries to break the store's promises: `proof.py short` in some minutes, `proof.py long` in about an hour.

Four parts, each of which fails the whole: the simulation with the planted bugs, disk faults with power cuts, the
crash test, and in the short form the crash test of replicas, whose long form is `make chaos-replicas`. The first two
run side by side, since one computes and the other mostly waits for processes; the crash tests have the machine for
themselves. Builds nothing. The long form writes docs/chaos-report.md.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

TESTS = ".build/debug/my-book-storePackageTests.xctest"
REPORT = "docs/chaos-report.md"
PROGRESS_SECONDS = 10
# A part that takes longer than this counts as hanging.
PART_SECONDS_MAX = {"short": 900, "long": 7200}
# About a quarter of an hour-long run; the rest is for the crash test and the disk tests.
LONG_SEEDS = 20_000


class Part:
    """One command. Its lines that begin with `proof:` report what it tried and found."""

    def __init__(self, name, command, expected, environment=None):
        self.name, self.command, self.environment = name, command, environment or {}
        # What it must have tried: a filter that matches no test would pass as well.
        self.expected = expected
        self.tried, self.latest, self.lines = [], "starting", []
        self.seconds, self.status = 0, None

    def run(self, limit):
        start = time.monotonic()
        child = subprocess.Popen(
            self.command, env={**os.environ, **self.environment}, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        watchdog = threading.Timer(limit, child.kill)
        watchdog.start()
        for line in child.stdout:
            self.take(line.rstrip("\n"))
        self.status = child.wait()
        watchdog.cancel()
        self.seconds = time.monotonic() - start

    def take(self, line):
        self.lines.append(line)
        if line.startswith("proof: "):
            text = line.removeprefix("proof: ")
            self.latest = text
            if not text.startswith("at "):
                self.tried.append(text)
        elif line.startswith("chaos "):
            self.latest = line
        elif re.match(r"\d+ faults, ", line):
            self.tried.append(line)

    def conclude(self):
        missing = [text for text in self.expected if not any(text in line for line in self.tried)]
        is_sound = self.status == 0 and not missing
        say(f"{self.name}: {'passed' if is_sound else 'FAILED'} after {minutes(self.seconds)}")
        if missing:
            say(f"{self.name}: expected to hear of {', '.join(missing)}")
        if not is_sound:
            # The output of passing tests is of no use.
            told = [line for line in self.lines if not re.match(r"[◇✔]|proof: ", line)]
            print("\n".join(told[-300:]), flush=True)
        return is_sound


def say(text):
    print(f"proof: {text}", file=sys.stderr, flush=True)


def minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run(parts, form, start):
    """Runs the parts side by side and reports progress regularly."""
    threads = [threading.Thread(target=part.run, args=[PART_SECONDS_MAX[form]]) for part in parts]
    for thread in threads:
        thread.start()
    shown = time.monotonic()
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.2)
        if time.monotonic() - shown >= PROGRESS_SECONDS:
            shown = time.monotonic()
            running = [part.latest for part, thread in zip(parts, threads) if thread.is_alive()]
            say(f"{minutes(shown - start)} {' | '.join(running)}")
    return all([part.conclude() for part in parts])


def tests(name, suites, expected, prefix=(), environment=None):
    command = [*prefix, TESTS, "--testing-library", "swift-testing", "--no-parallel", "--filter", suites]
    return Part(name, command, expected, environment)


def crash_test(form, seed, report):
    program = ".build/release/bookstore" if form == "long" else ".build/debug/bookstore"
    sizes = ("--buys 1000000 --faults 2000 --clients 48 --seconds 5400" if form == "long"
             else "--buys 20000 --faults 200 --clients 32 --seconds 420")
    command = [program, "chaos", *sizes.split(), "--report", report]
    return Part("crash test", command + (["--seed", seed] if seed else []), ["operations of"])


def replicas_crash_test():
    sizes = "--buys 5000 --faults 60 --clients 16 --seconds 150"
    command = [".build/debug/bookstore", "chaos", "--replicas", *sizes.split()]
    return Part("crash test of replicas", command, ["operations of"])


def write_report(parts, crash_report, is_sound):
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True).stdout
    rows = []
    for part in parts:
        bugs = [text.split(" | ")[1] for text in part.tried if text.startswith("planted bug | ")]
        tried = [text for text in part.tried if not text.startswith("planted bug | ")]
        if bugs:
            tried.append(f"planted bugs: {len(bugs)}, all of them found")
        for index, text in enumerate(tried):
            first = index == 0
            rows.append(f"| {part.name if first else ''} | {text} | {minutes(part.seconds) if first else ''} |")
    with open(crash_report, encoding="utf-8") as file:
        details = file.read().replace("# Chaos report", "## The crash test", 1).replace("\n## ", "\n### ")
    details = details.replace("### The crash test", "## The crash test", 1)
    verdict = "Nothing lost, oversold or duplicated." if is_sound else "**Something failed: see the output.**"
    text = f"""# The long proof

{verdict} Written by `make chaos`{f' at commit {commit.strip()}' if commit.strip() else ''}, which repeats all of \
it; `make chaos SEED=n` with the crash test's faults of an earlier run. [proof.md](proof.md) explains the parts and
what they cannot find.

| part | tried | minutes |
|---|---|---:|
{chr(10).join(rows)}

{details}"""
    with open(REPORT, "w", encoding="utf-8") as file:
        file.write(text)
    say(f"the report is in {REPORT}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("form", choices=["short", "long"])
    parser.add_argument("--seed", help="of the crash test")
    options = parser.parse_args()
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    start = time.monotonic()
    is_long = options.form == "long"
    seeds = os.environ.get("BOOKSTORE_SEED_COUNT", str(LONG_SEEDS)) if is_long else None
    # The disk tests come first for processor time, because they wait for processes with deadlines.
    simulation = tests(
        "simulation", "SimulationTests", ["simulation: ", "planted bug | "], ["nice", "-n", "10"],
        {"BOOKSTORE_SEED_COUNT": seeds} if seeds else {})
    disk = tests(
        "disk", "DiskTests", ["disk faults of the catalog", "disk faults of the order", "power cuts: "],
        environment={"BOOKSTORE_LONG_TESTS": "1"} if is_long else {})
    with tempfile.TemporaryDirectory(prefix="bookstore-proof-") as folder:
        crash = crash_test(options.form, options.seed, f"{folder}/crash.md")
        is_sound = run([simulation, disk], options.form, start)
        is_sound = run([crash], options.form, start) and is_sound
        if not is_long:
            is_sound = run([replicas_crash_test()], options.form, start) and is_sound
        if is_long and os.path.exists(f"{folder}/crash.md"):
            write_report([crash, simulation, disk], f"{folder}/crash.md", is_sound)
    say(f"{'all held' if is_sound else 'FAILED'} after {minutes(time.monotonic() - start)}")
    sys.exit(0 if is_sound else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        # The parts get the signal too, and end by themselves.
        sys.exit(130)
