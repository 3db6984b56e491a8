#!/usr/bin/env python3
"""buyers.py HOST:PORT ITEM PREFIX CLIENTS SECONDS: buys for a while and prints what it was told, as JSON.

Every purchase has a key of its own. One whose outcome is unknown is repeated with its key until it is known, at most
SETTLE_SECONDS after the end. Result: {"keys": {KEY: "Success" or "Failed" or "unknown"}, "slowest": seconds of the
slowest single request, "unavailable": how many answers were 503 (or a balancer's 502 or 504), "broken": how many
connections broke or could not be made, "gap": the longest time without a Success}.
"""

import http.client
import json
import sys
import threading
import time

SETTLE_SECONDS = 60
# A frontend answers within a bounded time whatever happens behind it; beyond this a request counts as lost.
TIMEOUT_SECONDS = 20


class Buyers:
    def __init__(self, host, port, item, prefix, seconds):
        self._host, self._port, self._item, self._prefix = host, port, item, prefix
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._last_success = time.monotonic()
        self.keys, self.slowest, self.gap = {}, 0.0, 0.0
        self.unavailable = self.broken = 0

    def work(self, number):
        connection, count = None, 0
        while time.monotonic() < self._end:
            count += 1
            key, result = f"{self._prefix}-{number}-{count}", None
            self.keys[key] = "unknown"
            while result is None and time.monotonic() < self._end + SETTLE_SECONDS:
                connection, result = self._buy(connection, key)
                if result is None:
                    time.sleep(0.2)
            self.keys[key] = result or "unknown"

    def _buy(self, connection, key):
        """One request: (connection to go on with, result or None)."""
        started, result = time.monotonic(), None
        try:
            if connection is None:
                connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)
            connection.request("POST", f"/buy?item_number={self._item}", headers={"Idempotency-Key": key})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200:
                result = json.loads(body)["result"]
            # The last two are a balancer's, whose server said nothing.
            elif answer.status not in (503, 502, 504):
                raise SystemExit(f"{key}: {answer.status} {body.decode()}")
        except (OSError, http.client.HTTPException):
            connection = None
        now = time.monotonic()
        with self._lock:
            self.slowest = max(self.slowest, now - started)
            if result is None:
                self.unavailable += connection is not None
                self.broken += connection is None
            elif result == "Success":
                self.gap, self._last_success = max(self.gap, now - self._last_success), now
        return connection, result


def main():
    address, item, prefix, clients, seconds = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    buyers = Buyers(host, int(port), item, prefix, float(seconds))
    threads = [threading.Thread(target=buyers.work, args=(number,)) for number in range(int(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump({"keys": buyers.keys, "slowest": buyers.slowest, "unavailable": buyers.unavailable,
               "broken": buyers.broken, "gap": buyers.gap}, sys.stdout)


if __name__ == "__main__":
    main()
