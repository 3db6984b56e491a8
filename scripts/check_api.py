#!/usr/bin/env python3
"""Checks the running tiers against their own API descriptions: `make check-api`.

Opens a store of its own on free ports, with a book of each kind of trouble in it, and lets schemathesis make
requests from each tier's /openapi.json: good ones, bad ones and sequences of them. Fails on an answer that is
not documented, on one that does not fit its schema or media type, and on a 5xx.

usage: check_api.py BOOKSTORE SCHEMATHESIS [--cases N]
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

TIERS = ["catalog", "order", "frontend"]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
START_SECONDS_MAX = 60
BOOKS = """init,1,100000000,10,distributed systems,How to get a good grade in 677 in 20 minutes a day
init,2,0,20,"a, b",RPCs for <Dummies> & "friends"
init,3,100000000,5.50,graduate school,Crème brûlée für 日本
"""


def free_ports(count):
    """Returns free ports. All are held at the same time, so that no two are equal."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def wait_until_ready(process, port):
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"check-api: the store ended with status {process.returncode}")
        try:
            if urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("check-api: the store does not get ready")


def check(schemathesis, tier, port, examples, folder):
    """Runs schemathesis against a tier and returns its exit status and its number of cases."""
    command = [
        schemathesis, "run", f"http://127.0.0.1:{port}/openapi.json", "--checks", CHECKS, "--max-examples", str(examples),
        "--phases", "examples,coverage,fuzzing", "--generation-deterministic",
        "--no-color", "--request-timeout", "20", "--suppress-health-check", "all",
    ]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"--- {tier}\n{done.stdout}", flush=True)
    cases = re.search(r"(\d+) generated", done.stdout)
    return done.returncode, int(cases[1]) if cases else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bookstore")
    parser.add_argument("schemathesis")
    parser.add_argument("--cases", type=int, default=2000, help="cases to make in all, at least")
    parser.add_argument("--examples", type=int, default=5, help="examples of each operation, at most")
    options = parser.parse_args()
    bookstore = os.path.abspath(options.bookstore)
    schemathesis = os.path.abspath(options.schemathesis)
    with tempfile.TemporaryDirectory(prefix="bookstore-api-") as folder:
        ports = dict(zip(TIERS, free_ports(len(TIERS))))
        with open(f"{folder}/config", "w") as config:
            config.writelines(f"{tier},127.0.0.1:{port}\n" for tier, port in ports.items())
        with open(f"{folder}/books", "w") as books:
            books.write(BOOKS)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BOOKSTORE_")}
        with open(f"{folder}/store.log", "w") as log:
            store = subprocess.Popen(
                [bookstore, "up", "--config", "config", "--books", "books"], cwd=folder, env=environment,
                stdout=log, stderr=log)
            try:
                wait_until_ready(store, ports["frontend"])
                results = [check(schemathesis, tier, ports[tier], options.examples, folder) for tier in TIERS]
            finally:
                store.terminate()
                store.wait(30)
        verify = subprocess.run(
            [bookstore, "verify", "--config", "config"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
        print(verify.stdout, end="")
    cases = sum(count for _, count in results)
    failed = sum(1 for status, _ in results if status != 0) + (verify.returncode != 0) + (cases < options.cases)
    print(f"check-api: {cases} cases (wanted: {options.cases}) against {len(results)} tiers")
    print(f"{len(results) + 2 - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
