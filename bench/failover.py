#!/usr/bin/env python3
"""Measures how long a store that `make run-replicated` runs sells nothing after each fault, and that nothing is lost.

usage: bench/failover.py [--folder DIR] [--rounds N] [--faults NAME,...]

Buyers repeat each purchase under its key until it is sold. Writes a Markdown table to standard output. The store needs
stock of book 1: bookstore restock 1=1000000.
"""

import argparse
import http.client
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FAULTS = ["crash-primary", "kill-node", "freeze-node", "switch", "kill-standby", "kill-etcd"]
BUYERS = 4
# A store that sells nothing for so long has failed.
SILENCE_SECONDS_MAX = 60
# How long a frozen node stays frozen: long enough for another to take over.
FROZEN_SECONDS = 25


class Buyers:
    def __init__(self, port):
        self.port = port
        self.sales = []
        self.answers = {}
        self.lock = threading.Lock()
        self.is_ending = False
        self.prefix = f"failover-{time.time_ns()}"
        self.threads = [threading.Thread(target=self.run, args=(name,), daemon=True) for name in range(BUYERS)]
        for thread in self.threads:
            thread.start()

    def run(self, name):
        number = 0
        while not self.is_ending:
            number += 1
            self.buy(f"{self.prefix}-{name}-{number}")

    def buy(self, key):
        deadline = time.monotonic() + SILENCE_SECONDS_MAX
        while time.monotonic() < deadline:
            said = self.ask(key)
            with self.lock:
                if said == "Success":
                    self.sales.append(time.monotonic())
                    return
                self.answers[said] = self.answers.get(said, 0) + 1
            time.sleep(0.05)
        with self.lock:
            self.answers["given up"] = self.answers.get("given up", 0) + 1
        self.is_ending = True

    def ask(self, key):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", "/buy?item_number=1", headers={"Idempotency-Key": key})
            answer = connection.getresponse()
            body = json.loads(answer.read())
            return body["result"] if answer.status == 200 else f"{answer.status} {body.get('code')}"
        except (OSError, ValueError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def end(self):
        self.is_ending = True
        for thread in self.threads:
            thread.join()


class Store:
    def __init__(self, folder):
        self.folder = folder
        self.port = int((folder / "port").read_text())

    def get(self, port, target):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException):
            return None, {}
        finally:
            connection.close()

    def stock(self):
        for _ in range(100):
            status, body = self.get(self.port, "/lookup?item_number=1")
            if status == 200:
                return body["result"]["stock"]
            time.sleep(0.2)
        sys.exit("failover: no lookup is answered")

    def is_whole(self):
        """Whether all three nodes run, one as the primary and one as its synchronous standby."""
        roles = [self.get(self.port + 30 + node, "/cluster")[1].get("members", []) for node in (1, 2, 3)]
        return all(
            len(members) == 3 and {member["state"] for member in members} <= {"running", "streaming"}
            and {"leader", "sync_standby"} <= {member["role"] for member in members} for members in roles)

    def wait_until_whole(self):
        deadline = time.monotonic() + 120
        while not self.is_whole():
            if time.monotonic() > deadline:
                sys.exit("failover: the database's nodes are not back after two minutes")
            time.sleep(0.5)
        time.sleep(2)

    def break_by(self, fault):
        subprocess.run(
            [ROOT / "scripts/replicated_fault.sh", "--folder", self.folder, fault], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measure(store, fault):
    store.wait_until_whole()
    stock = store.stock()
    buyers = Buyers(store.port)
    time.sleep(3)
    struck = time.monotonic()
    store.break_by(fault)
    # Until sales have gone on for five seconds, and a slow failure has had its time.
    while not buyers.is_ending:
        time.sleep(0.1)
        now = time.monotonic()
        with buyers.lock:
            is_selling = sum(sale > now - 5 for sale in buyers.sales) > 20 and now - buyers.sales[-1] < 0.5
            gap = max(later - sooner for sooner, later in zip(buyers.sales, buyers.sales[1:]))
        if now - struck > 15 and is_selling and now - buyers.sales[-1] < gap:
            break
    if fault == "freeze-node":
        time.sleep(max(0, struck + FROZEN_SECONDS - time.monotonic()))
        store.break_by("thaw-node")
        time.sleep(3)
    buyers.end()
    times = sorted(buyers.sales)
    gaps = [(later - sooner, sooner - struck) for sooner, later in zip(times, times[1:]) if later > struck]
    lost = len(times) - (stock - store.stock())
    return max(gaps), len(times), buyers.answers, lost


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "replicated")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--faults", default=",".join(FAULTS))
    options = parser.parse_args()
    store = Store(options.folder.resolve())
    print("| fault | seconds without a sale | sales | answers that were asked again | lost or sold twice |")
    print("|---|---|--:|---|--:|")
    for fault in options.faults.split(","):
        rounds = [measure(store, fault) for _ in range(options.rounds)]
        gaps = ", ".join(f"{gap:.1f}" for (gap, _), _, _, _ in rounds)
        answers = {}
        for _, _, said, _ in rounds:
            for text, count in said.items():
                answers[text] = answers.get(text, 0) + count
        again = ", ".join(f"{text}: {count}" for text, count in sorted(answers.items()))
        print(f"| {fault} | {gaps} | {sum(sold for _, sold, _, _ in rounds)} | {again} | "
              f"{sum(abs(lost) for _, _, _, lost in rounds)} |", flush=True)


if __name__ == "__main__":
    main()
