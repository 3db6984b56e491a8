#!/usr/bin/env python3
"""Measures orders of several books, and the checkout page: `make bench-orders`.

The store has its books in SQLite or in PostgreSQL; beside it PostgreSQL makes the same orders by a function of its own, one
transaction an order. The checkout page is asked for with one open basket and with ten thousand. Writes docs/orders.md
(--out).
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess

import load
import processor
import report
from processes import (Bench, ROOT, PROGRAM, answers, fail, newest_postgres, say, sql, start_cluster, start_replicas,
                       stop_on_signals)

STOCK = 1_000_000_000
BOOKS = 1_000
LINES = (1, 3, 10)
CONNECTIONS = (64, 256)
BASKETS = 10_000
BASKET_LINES = 3
VISITORS = (1, 16)
SQLITE, POSTGRES, PGBENCH = "bookstore, SQLite", "bookstore, PostgreSQL", "PostgreSQL, one transaction an order"


def write_books(path):
    with open(path, "w", encoding="utf-8") as file:
        for number in range(1, BOOKS + 1):
            file.write(f"init,{number},{STOCK},10,topic {number // 100},The {number}th thing to know about servers\n")


# MARK: Orders


def order_script(line_count):
    """A wrk script: orders of so many different books, each under a key of its own."""
    return f"""
math.randomseed({random.getrandbits(31)})
local function key()
  local digits = {{}}
  for part = 1, 8 do digits[part] = string.format('%04x', math.random(0, 65535)) end
  return table.concat(digits)
end
request = function()
  local lines, taken = {{}}, {{}}
  while #lines < {line_count} do
    local item = math.random(1, {BOOKS})
    if not taken[item] then
      taken[item] = true
      lines[#lines + 1] = '{{"item_number":"' .. item .. '","copies":1}}'
    end
  end
  local headers = {{['Content-Type'] = 'application/json', ['Idempotency-Key'] = key()}}
  return wrk.format('POST', '/order', headers, '{{"lines":[' .. table.concat(lines, ',') .. ']}}')
end
"""


def pgbench_script(bench, line_count):
    """The path of a pgbench script that orders so many books."""
    path = bench.path("pgbench", f"order-{line_count}.sql")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"\\set item{index} random(1, {BOOKS})\n" for index in range(line_count))
        items = ", ".join(f":item{index}::bigint" for index in range(line_count))
        file.write(f"SELECT place(ARRAY[{items}]);\n")
    return path


def orders(bench, stores, cluster, seconds):
    """(operation, connections, store) and what measures it."""
    found = []
    for line_count in LINES:
        operation = f"order of {line_count} line{'s' if line_count > 1 else ''}"
        script = pgbench_script(bench, line_count)
        for connections in CONNECTIONS:
            for store, port in stores.items():
                found.append(((operation, connections, store),
                              lambda port=port, connections=connections, line_count=line_count: load.wrk(
                                  bench, port, "/order", connections, seconds, order_script(line_count))))
            found.append(((operation, connections, PGBENCH),
                          lambda script=script, connections=connections: load.pgbench(
                              cluster, connections, seconds, script)))
    return found


# MARK: The checkout page


class Baskets:
    """Open baskets in a store, by their secret names."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.names = []

    def open(self, count):
        chance = random.Random(14)
        while len(self.names) < count:
            name = f"{random.getrandbits(128):032x}"
            lines = [{"item_number": str(item), "copies": 1} for item in chance.sample(range(1, BOOKS + 1), BASKET_LINES)]
            self.connection.request("POST", "/basket", json.dumps({"basket": name, "lines": lines}),
                                    {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                fail(f"a basket was answered {answer.status}: {body.decode()}")
            self.names.append(name)


def checkout_script(names):
    """A wrk script: the checkout pages of these baskets."""
    listed = ",".join(f"'{name}'" for name in names)
    return (f"local names = {{{listed}}}\nmath.randomseed(7)\nrequest = function()\n"
            f"  local headers = {{['Cookie'] = 'basket=' .. names[math.random(1, #names)]}}\n"
            f"  return wrk.format('GET', '/checkout', headers)\nend\n")


def start_storefront(bench, name, ports):
    """A web shop in front of a store; its port."""
    port = bench.free_port()
    config = bench.path(name, "shop-config")
    with open(config, "w", encoding="utf-8") as file:
        file.writelines(f"{tier},127.0.0.1:{numbers[0]}\n" for tier, numbers in ports.items())
        file.write(f"storefront,127.0.0.1:{port}\n")
    child = bench.start(f"{name}-storefront", [PROGRAM, "storefront", "--config", config], cwd=bench.folder)
    bench.wait_until(lambda: answers(port, "/basket"), f"{name}'s shop", child)
    return port


def measure_checkout(bench, shops, frontends, options):
    """Rounds of the checkout page with few and with many open baskets."""
    found = [{} for _ in range(options.rounds)]
    baskets = {store: Baskets(frontends[store]) for store in shops}
    for count in (1, BASKETS):
        for store, shop in shops.items():
            baskets[store].open(count)
            for visitors in VISITORS:
                operation = f"checkout page, {count:,} open basket{'s' if count > 1 else ''}"
                script = checkout_script(baskets[store].names)
                for number in range(options.rounds):
                    cell = bench.measured(
                        lambda: load.wrk(bench, shop, "/checkout", visitors, options.seconds, script))
                    found[number][(operation, visitors, store)] = cell
                    say(f"{operation:>32} {visitors:>4}  {store:<22} {cell['p50']:.2f} ms, p99 {cell['p99']:.2f} ms")
    return found


# MARK: All of it


def ratios(rounds):
    """Rates over those of PostgreSQL with one transaction an order: text and each round's ratio."""
    return [(f"{operation}, {connections} connections: {store}",
             [cell[(operation, connections, store)]["rate"] / cell[(operation, connections, PGBENCH)]["rate"]
              for cell in rounds])
            for operation, connections, store in rounds[0] if store != PGBENCH]


def prepare(cluster):
    """The tables that pgbench's orders are made in."""
    with open(f"{ROOT}/bench/peers/orders.sql", encoding="utf-8") as schema:
        subprocess.run([f"{newest_postgres()}/psql", "-q", "-h", cluster, "-U", "postgres", "-v", f"stock={STOCK}",
                        "-v", f"books={BOOKS}"], stdin=schema, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    processor.add_options(parser, "docs/orders.md")
    options = parser.parse_args()
    stop_on_signals()
    with Bench(options.folder) as bench:
        books = bench.path("books.txt")
        write_books(books)
        say("starting the stores …")
        cluster = start_cluster(bench, "postgresql")
        prepare(cluster)
        sql(cluster, "CREATE DATABASE store")
        ports = {SQLITE: start_replicas(bench, "sqlite", books, 1)[0],
                 POSTGRES: start_replicas(bench, "postgres", books, 1,
                                          store=f"postgresql:///store?host={cluster}&user=postgres")[0]}
        frontends = {store: numbers["frontend"][0] for store, numbers in ports.items()}
        shops = {store: start_storefront(bench, name, ports[store])
                 for store, name in ((SQLITE, "sqlite"), (POSTGRES, "postgres"))}
        rounds, all_cells = [], orders(bench, frontends, cluster, options.seconds)
        for number in range(options.rounds):
            rounds.append({})
            for cell, measure in all_cells:
                rounds[-1][cell] = bench.measured(measure)
                say(f"round {number + 1}/{options.rounds}  {cell[0]:>17} {cell[1]:>4}  {cell[2]:<37} "
                    f"{rounds[-1][cell]['rate']:>8.0f}/s")
        pages = measure_checkout(bench, shops, frontends, options)
        text = report.orders(rounds, ratios(rounds), pages, options, bench.folder, bench.machine)
    for name, values in ratios(rounds):
        say(f"{statistics.median(values):6.2f} × PostgreSQL  {name}")
    processor.publish(text, options, bench.machine)


if __name__ == "__main__":
    main()
