"""Processor time: what the servers used for a request, and whether the machine was theirs alone."""

import os
import sys
import time

TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
KERNEL_THREADS = 2
# Processor time of others in a measurement, in parts of one core, with which its figures are still published.
FOREIGN_MAX = 0.10
# How often it is made before it counts as one beside others.
MEASUREMENTS_MAX = 3


def processes():
    """(parent, used seconds with those of ended children) of every process by its id."""
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(entry)] = (int(fields[1]), sum(map(int, fields[11:15])) * TICK_SECONDS)
    return found


def used_by(roots, table):
    """Seconds that these processes and all below them have used."""
    below = {}
    for child, (parent, _) in table.items():
        below.setdefault(parent, []).append(child)
    total, waiting = 0, [root for root in roots if root in table]
    while waiting:
        process = waiting.pop()
        total += table[process][1]
        waiting += below.get(process, [])
    return total


def stolen():
    """Seconds that the host gave to other guests."""
    with open("/proc/stat", encoding="ascii") as file:
        return int(file.readline().split()[8]) * TICK_SECONDS


def used_by_others(table):
    """Seconds that all processes but the benchmark's and the kernel's have used."""
    return sum(used for _, used in table.values()) - used_by([os.getpid(), KERNEL_THREADS], table)


class Machine:
    """Notes how much of the machine others had while something was measured."""

    def __init__(self):
        self.busy = []

    def measured(self, children, measure):
        """What `measure` finds of a `rate`, with the microseconds of processor time of all servers a request (`cpu`)."""
        servers = [child.pid for child in children]
        for _ in range(MEASUREMENTS_MAX):
            start, table, lost = time.monotonic(), processes(), stolen()
            found = measure()
            seconds, after = time.monotonic() - start, processes()
            # What ended meanwhile is in its parent's figure.
            share = (used_by_others(after) - used_by_others(table) + stolen() - lost) / seconds
            if share <= FOREIGN_MAX:
                break
            print(f"others used {share:.0%} of a core meanwhile", file=sys.stderr, flush=True)
        else:
            self.busy.append(share)
        requests = found["rate"] * seconds
        return found | {"cpu": (used_by(servers, after) - used_by(servers, table)) / requests * 1e6}

    def refusal(self, path):
        """Why the figures are not published at `path`; None where they are."""
        if not self.busy:
            return None
        return (f"{path} is not written: the machine was not idle. Other processes, or other guests of its host, used up "
                f"to {max(self.busy):.0%} of a core in {len(self.busy)} measurements. End them and measure again; "
                "--publish-busy writes it all the same, and says so in it.")

    def line(self):
        """What the report says of it."""
        if not self.busy:
            return f"- others used less than {FOREIGN_MAX:.0%} of a core in every measurement"
        return (f"- **the machine was not idle**: others used up to {max(self.busy):.0%} of a core "
                f"in {len(self.busy)} measurements")


def add_options(parser, out, rounds=3, seconds=4):
    """What every benchmark can be told, and where its report goes by itself."""
    parser.add_argument("--rounds", type=int, default=rounds, help=f"how often everything is measured ({rounds})")
    parser.add_argument("--seconds", type=int, default=seconds, help=f"how long one measurement lasts ({seconds})")
    parser.add_argument("--folder", default="/var/tmp", help="a folder on the disk to measure (/var/tmp)")
    parser.add_argument("--out", default=out, help=f"the report ({out})")
    parser.add_argument("--publish-busy", action="store_true",
                        help="write the report also when the machine was not idle")


def publish(text, options, alone):
    """Writes the report, or ends where the machine was not idle."""
    refusal = alone.refusal(options.out)
    if refusal and not options.publish_busy:
        raise SystemExit(refusal)
    with open(options.out, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"{options.out} is written")
