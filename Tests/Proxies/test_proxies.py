"""HAProxy and nginx with the files of deploy/ in front of two frontends and two web shops.

Run by `make test`, after the build: the store is .build/debug/bookstore, or what BOOKSTORE_PROGRAM names.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
BOOKSTORE = Path(os.environ.get("BOOKSTORE_PROGRAM", PACKAGE / ".build/debug/bookstore"))
# The addresses that the files name, in the order in which a test gives its own.
NAMED = {
    "BOOKSTORE_API": "127.0.0.1:8000", "BOOKSTORE_SHOP": "127.0.0.1:8080",
    "BOOKSTORE_FRONTEND_1": "127.0.0.1:8010", "BOOKSTORE_FRONTEND_2": "127.0.0.1:8020",
    "BOOKSTORE_STOREFRONT_1": "127.0.0.1:8081", "BOOKSTORE_STOREFRONT_2": "127.0.0.1:8082",
}
STOCK = 1_000_000
# What arrives at another server in the place of a frontend, and what the proxy may do with it when no answer comes.
ASKED_AGAIN = {
    "read": ("GET", "/lookup?item_number=1", {}),
    "purchase with a key": ("POST", "/buy?item_number=1", {"Idempotency-Key": "once"}),
    "purchase by GET with a key": ("GET", "/buy?item_number=1", {"Idempotency-Key": "once-more"}),
}
ASKED_ONCE = {
    "purchase": ("POST", "/buy?item_number=1", {}),
    "purchase by path": ("POST", "/buy/1", {}),
    "purchase by GET": ("GET", "/buy?item_number=1", {}),
    "change": ("POST", "/books", {"Content-Type": "application/json"}),
}


def free_ports(count):
    """Returns free ports. All are held at the same time, so that no two are equal."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def ask(port, method, target, headers={}, body=None):
    """Returns the status and the text of the answer, or None for the status when the connection broke."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, target, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return None, repr(error)
    finally:
        connection.close()


def eventually(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited too long: {what}"
        time.sleep(0.05)


class Silent(socketserver.StreamRequestHandler):
    """A frontend that is ready, and ends the connection where an answer should come."""

    def handle(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        target = head.split()[1].decode()
        if target == "/readyz":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            self.server.targets.append(target)


class SilentServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port, targets):
        super().__init__(("127.0.0.1", port), Silent)
        self.targets = targets
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Buyers:
    """Clients that look up and buy over kept connections until they are told to end."""

    def __init__(self, port, count):
        self.port = port
        self.failures = []
        self.sold = 0
        self.asked = 0
        self.is_ending = False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(name,)) for name in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        number = 0
        while not self.is_ending and len(self.failures) < 20:
            number += 1
            is_purchase = number % 3 == 0
            try:
                if is_purchase:
                    connection.request(
                        "POST", "/buy?item_number=1", headers={"Idempotency-Key": f"{name}-{number}"})
                else:
                    connection.request("GET", "/lookup?item_number=1")
                answer = connection.getresponse()
                text = answer.read().decode()
                is_good = answer.status == 200
            except (OSError, http.client.HTTPException) as error:
                text, is_good = repr(error), False
                connection.close()
            with self.lock:
                self.asked += 1
                self.sold += is_purchase and is_good
                if not is_good:
                    self.failures.append(("buy" if is_purchase else "lookup", text))

    def wait_for_more(self, count=200):
        goal = self.asked + count
        eventually(f"{count} more requests", lambda: self.asked >= goal or len(self.failures) >= 20)

    def end(self):
        self.is_ending = True
        for thread in self.threads:
            thread.join()


class InFront:
    """What holds for both proxies."""

    def setUp(self):
        self.path = shutil.which(self.program, path=os.environ["PATH"] + ":/usr/sbin")
        if self.path is None:
            self.skipTest(f"{self.program} is not installed: run scripts/setup.sh --test")
        holder = tempfile.TemporaryDirectory(prefix="bookstore-proxies-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        ports = free_ports(len(NAMED) + 2)
        self.ports = dict(zip(NAMED, ports))
        self.catalog_port, self.order_port = ports[-2:]

    def start(self, *words, environment={}):
        log = open(self.folder / "log", "a")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            words, cwd=self.folder, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def end():
            process.kill()
            process.wait()

        self.addCleanup(end)
        return process

    def start_proxy(self):
        process = self.start_program({name: f"127.0.0.1:{port}" for name, port in self.ports.items()})
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

    def start_tier(self, tier, index=0):
        return self.start(BOOKSTORE, tier, "--index", str(index))

    def start_store(self):
        lines = [f"catalog,127.0.0.1:{self.catalog_port}", f"order,127.0.0.1:{self.order_port}"]
        for name in list(NAMED)[2:]:
            lines.append(f"{name.split('_')[1].lower()},127.0.0.1:{self.ports[name]}")
        (self.folder / "config").write_text("\n".join(lines) + "\n")
        (self.folder / "books").write_text(f"init,1,{STOCK},10,distributed systems,A Title\n")
        self.start(BOOKSTORE, "catalog", "--books", "books")
        self.order = self.start_tier("order")
        self.frontends = [self.start_tier("frontend", index) for index in range(2)]
        for index in range(2):
            self.start_tier("storefront", index)
        self.start_proxy()
        for port in self.ports.values():
            eventually(f"port {port} is ready", lambda: ask(port, "GET", "/readyz")[0] == 200)

    def restart_frontend(self, index):
        self.frontends[index] = self.start_tier("frontend", index)
        port = self.ports[f"BOOKSTORE_FRONTEND_{index + 1}"]
        eventually(f"frontend {index} is back", lambda: ask(port, "GET", "/readyz")[0] == 200)
        # Both proxies look at a server that was away after two seconds at the latest.
        time.sleep(3)

    def test_no_request_fails_when_a_frontend_goes(self):
        self.start_store()
        buyers = Buyers(self.ports["BOOKSTORE_API"], 8)
        self.addCleanup(buyers.end)
        buyers.wait_for_more()
        self.frontends[0].kill()
        buyers.wait_for_more(1_000)
        self.restart_frontend(0)
        # An upgrade: it answers what it has begun, and ends.
        self.frontends[1].send_signal(signal.SIGTERM)
        self.assertEqual(self.frontends[1].wait(timeout=30), 0)
        buyers.wait_for_more(1_000)
        self.restart_frontend(1)
        buyers.wait_for_more()
        buyers.end()
        self.assertEqual(buyers.failures, [])
        # Each was sold once, however often it was asked for.
        status, text = ask(self.ports["BOOKSTORE_API"], "GET", "/lookup?item_number=1")
        self.assertEqual(status, 200, text)
        self.assertIn(f'"stock":{STOCK - buyers.sold}', text)

    def test_what_is_passed_on(self):
        self.start_store()
        api, shop = self.ports["BOOKSTORE_API"], self.ports["BOOKSTORE_SHOP"]
        for port in (api, shop):
            self.assertEqual(ask(port, "GET", "/metrics")[0], 404)
        self.assertIn("A Title", ask(shop, "GET", "/")[1])
        self.assertIn("Success", ask(api, "POST", "/buy/1")[1])
        # Longer bodies than the store takes are refused, whoever does it.
        for port, target, limit in (
                (api, "/books", 64 << 10), (api, "/import", 6 << 20), (shop, "/buy", 64 << 10),
                (shop, "/desk/import", 5 << 20)):
            status, text = ask(port, "POST", target, {"Content-Length": str(limit + 1)}, body=b"")
            self.assertEqual(status, 413, (target, text))
        # Without an order server no frontend is ready, but each still has the books.
        self.order.kill()
        frontend = self.ports["BOOKSTORE_FRONTEND_1"]
        eventually("the frontend is not ready", lambda: ask(frontend, "GET", "/readyz")[0] == 503)
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            status, text = ask(api, "GET", "/lookup?item_number=1")
            self.assertEqual(status, 200, text)

    def test_says_as_the_store_that_no_frontend_answers(self):
        self.start_proxy()
        api = self.ports["BOOKSTORE_API"]
        eventually("the proxy listens", lambda: ask(api, "GET", "/metrics")[0] == 404)
        for method, target, headers in (*ASKED_AGAIN.values(), *ASKED_ONCE.values()):
            status, text = ask(api, method, target, headers)
            problem = json.loads(text)
            self.assertEqual((problem["status"], problem["outcome"]), (status, "unknown"), target)

    def test_asks_again_only_what_it_may(self):
        targets = []
        for index in (1, 2):
            server = SilentServer(self.ports[f"BOOKSTORE_FRONTEND_{index}"], targets)
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
        self.start_proxy()
        api = self.ports["BOOKSTORE_API"]
        eventually("the proxy listens", lambda: ask(api, "GET", "/metrics")[0] == 404)
        for is_repeated, requests in ((True, ASKED_AGAIN), (False, ASKED_ONCE)):
            for name, (method, target, headers) in requests.items():
                with self.subTest(name):
                    # A server that failed is left out for a while.
                    eventually("a server is asked", lambda: ask(api, "GET", "/readyz")[0] == 200)
                    targets.clear()
                    status, _ = ask(api, method, target, headers)
                    self.assertEqual(status, 502)
                    self.assertEqual(targets.count(target) > 1, is_repeated, targets)


class HAProxyTests(InFront, unittest.TestCase):
    program = "haproxy"

    def start_program(self, addresses):
        file = PACKAGE / "deploy/haproxy/haproxy.cfg"
        return self.start(self.path, "-db", "-f", file, environment=addresses)


class NginxTests(InFront, unittest.TestCase):
    program = "nginx"

    def start_program(self, addresses):
        text = (PACKAGE / "deploy/nginx/bookstore.conf").read_text()
        for name, address in addresses.items():
            text = text.replace(NAMED[name], address)
        (self.folder / "bookstore.conf").write_text(text)
        paths = "".join(f"{kind}_temp_path temp;\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"pid nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}include bookstore.conf;\n}}\n")
        return self.start(self.path, "-p", self.folder, "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;")


if __name__ == "__main__":
    unittest.main()
