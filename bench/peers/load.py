"""Load generators, each for a few seconds, and what they say."""

import os
import re
import statistics
import subprocess
import time

from processes import ROOT, die_with_parent, fail, newest_postgres

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
POST = "wrk.method = 'POST'"


def wrk(bench, port, path, connections, seconds, script=None):
    """Closed loop over `connections`; requests a second and latencies in milliseconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    if script:
        file_name = bench.path("wrk", f"{abs(hash(script))}.lua")
        with open(file_name, "w", encoding="utf-8") as file:
            file.write(script)
        command += ["-s", file_name]
    text = run(command + [f"http://127.0.0.1:{port}{path}"])
    found = {
        "rate": float(search(r"Requests/sec:\s+([\d.]+)", text)),
        "p50": milliseconds(search(r"(?m)^ +50%\s+(\S+)", text)),
        "p99": milliseconds(search(r"(?m)^ +99%\s+(\S+)", text)),
    }
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad:
        fail(f"{bad[1]} requests of {path} at port {port} were not answered with success")
    return found


def pgbench(sockets, clients, seconds, script=os.path.join(ROOT, "bench/peers/sale.sql")):
    """Closed loop of a prepared script; without another one, of sales on one hot row."""
    text = run([f"{newest_postgres()}/pgbench", "-n", "-M", "prepared", "-h", sockets, "-U", "postgres",
                "-f", script, "-c", str(clients), "-j", str(min(clients, 2)),
                "-T", str(seconds), "postgres"])
    latency = float(search(r"latency average = ([\d.]+) ms", text))
    return {"rate": float(search(r"tps = ([\d.]+) \(without", text)), "p50": latency, "p99": None}


def fdatasync(bench, byte_count, seconds):
    """Appends of `byte_count` bytes, each followed by an fdatasync, as the write-ahead log has them."""
    block = os.urandom(byte_count)
    path = bench.path("fdatasync")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    times = []
    try:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            os.write(descriptor, block)
            os.fdatasync(descriptor)
            times.append((time.perf_counter() - start) * 1e3)
    finally:
        os.close(descriptor)
        os.unlink(path)
    return {"rate": len(times) / seconds, "p50": statistics.median(times),
            "p99": statistics.quantiles(times, n=100)[98]}


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          preexec_fn=die_with_parent)
    if done.returncode != 0:
        fail(f"{command[0]} ended with status {done.returncode}: {done.stdout[-800:]}")
    return done.stdout


def search(pattern, text):
    found = re.search(pattern, text)
    if not found:
        fail(f"no '{pattern}' in: {text[-800:]}")
    return found[1]


def milliseconds(text):
    found = re.fullmatch(r"([\d.]+)([a-z]+)", text)
    return float(found[1]) * UNITS[found[2]]
