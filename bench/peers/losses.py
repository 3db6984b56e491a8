"""Clients that buy and look up while something is lost, and what it costs them."""

import http.client
import random
import statistics
import threading
import time
import uuid

# Before the loss.
QUIET_SECONDS = 2
# A replica that comes back is used again within these seconds.
RETURN_SECONDS = 6
ANSWER_SECONDS_MAX = 10


class Client(threading.Thread):
    """Asks one thing after the other over one connection."""

    def __init__(self, port, books, until, seed):
        super().__init__(daemon=True)
        self.port, self.books, self.until = port, books, until
        self.random = random.Random(seed)
        self.samples = []

    def run(self):
        connection = None
        while time.monotonic() < self.until:
            start = time.monotonic()
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS_MAX)
                is_answered = self.ask(connection) == 200
            except (OSError, http.client.HTTPException):
                connection.close()
                connection, is_answered = None, False
            self.samples.append((start, time.monotonic() - start, is_answered))

    def ask(self, connection):
        item = self.random.randint(1, self.books)
        if self.random.random() < 0.3:
            connection.request("POST", f"/buy?item_number={item}", headers={"Idempotency-Key": uuid.uuid4().hex})
        else:
            connection.request("GET", f"/lookup?item_number={item}")
        response = connection.getresponse()
        response.read()
        return response.status


def measure(port, books, client_count, seconds, lose):
    """Figures of the seconds that follow `lose`."""
    begin = time.monotonic()
    end = begin + QUIET_SECONDS + seconds
    clients = [Client(port, books, end, seed) for seed in range(client_count)]
    for client in clients:
        client.start()
    time.sleep(QUIET_SECONDS)
    lost = time.monotonic()
    lose()
    for client in clients:
        client.join(ANSWER_SECONDS_MAX + seconds)
    samples = [sample for client in clients for sample in client.samples]
    after = [sample for sample in samples if sample[0] + sample[1] >= lost]
    ends = sorted([lost] + [start + took for start, took, is_answered in after if is_answered])
    return {
        "requests": len(after), "failed": sum(not sample[2] for sample in after),
        "gap": max((later - earlier for earlier, later in zip(ends, ends[1:])), default=float(seconds)),
        "p99": statistics.quantiles([took * 1e3 for _, took, _ in after], n=100)[98],
        "max": max(took * 1e3 for _, took, _ in after),
    }
