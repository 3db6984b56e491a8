"""A whole store with its web shop, run by `bookstore up` in its own folder."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
BOOKSTORE = Path(os.environ.get("BOOKSTORE_PROGRAM", PACKAGE / ".build/debug/bookstore"))
DESK_PASSWORD = "a long desk password"
TOKEN = "a-token-for-the-browser-tests"
# With the password above, as the first owner has it too.
KEEPERS = {"ann": "owner", "bob": "keeper", "ann <b>": "keeper"}

BOOKS = """\
init,1,3,10,distributed systems,How to get a good grade in 677 in 20 minutes a day
init,2,3,20,distributed systems,RPCs for Dummies
init,3,3,5,graduate school,Xen and the Art of Surviving Graduate School
init,4,3,15,graduate school,Cooking for the Impatient Graduate Student
init,5,0,27.95,distributed systems,A Field Guide to Failures
init,6,1,32,distributed systems,Consensus, Quietly
init,7,40,14,databases,Letters from the Write-Ahead Log
init,8,2,21,databases,B-Trees in Winter
init,9,25,19.9,databases,The Joy of Normal Forms
init,10,9,12,gardening,Small Gardens
init,11,4,16.25,gardening,The Compost Years
init,12,8,24,cooking,Bread at Dawn
init,13,7,13,cooking,Soups for One
init,14,5,1,strange titles,<script>document.title='broken'</script> & "quotes" <b>bold</b>
init,15,1000000,9999999999.99,strange titles,Étude sur les œuvres complètes de l’archiviste
init,17,9,18,ספרים,שלום C# (עולם)
init,18,6,9,essays,Of Gardens and Wods
init,19,6,9,essays,Of Studies
init,20,6,9,essays,Of Truth
init,16,5,5,strange titles,Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
""" + "".join(f"init,{100 + number},{number},{5 + number},poetry,Collected Sonnets Volume {number + 1}\n" for number in range(30)) + "".join(
    f"init,{130 + number},5,{9 + number},plays,Act {number + 1}\n" for number in range(6))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def eventually(what, condition, seconds=60):
    """Waits until `condition` returns a true value, and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        assert time.monotonic() < deadline, f"waited too long: {what}"
        time.sleep(0.05)


class Store:
    def __init__(self, folder, books=BOOKS):
        """A store with these books; None opens an empty one."""
        self.folder = Path(folder)
        self.ports = {kind: free_port() for kind in ("frontend", "catalog", "order", "storefront")}
        lines = [f"{kind},127.0.0.1:{port}\n" for kind, port in self.ports.items()]
        (self.folder / "config").write_text("".join(lines))
        self.books = "books" if books else "none"
        if books:
            (self.folder / "books").write_text(books)
        self.process = None

    @property
    def shop(self):
        return f"http://127.0.0.1:{self.ports['storefront']}"

    def start(self):
        environment = os.environ | {"BOOKSTORE_DESK_PASSWORD": DESK_PASSWORD, "BOOKSTORE_TOKEN": TOKEN}
        self.log = open(self.folder / "up.log", "a")
        self.process = subprocess.Popen(
            [BOOKSTORE, "up", "--books", self.books], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        eventually("the shop is open", self._is_open, seconds=180)
        for name, role in KEEPERS.items():
            self.add_keeper(name, role)

    def _is_open(self):
        said = (self.folder / "up.log").read_text()
        assert self.process.poll() is None, said
        # Right after the start the search index is still being built.
        return "The shop is open" in said and self.status("/find?q=books") == 200

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process:
            self.log.close()
        self.process = None

    def tier(self, kind):
        """The process id of one of the store's servers."""
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                parent = int(re.search(r"PPid:\s+(\d+)", (folder / "status").read_text())[1])
                arguments = (folder / "cmdline").read_bytes().split(b"\0")
            except (OSError, TypeError):
                continue
            if parent == self.process.pid and len(arguments) > 1 and arguments[1] == kind.encode():
                return int(folder.name)
        raise AssertionError(f"no {kind} under up")

    def status(self, path):
        try:
            with urllib.request.urlopen(self.shop + path, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def ask(self, target, method="GET"):
        """A response of the frontend, as any client gets it."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.ports['frontend']}{target}", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["result"]

    def stock(self, item):
        return self.ask(f"/lookup?item_number={item}")["stock"]

    def update(self, item, **change):
        """A change sent to the catalog, as a keeper's program sends it."""
        target = f"/update?item_number={item}&" + "&".join(f"{name}={value}" for name, value in change.items())
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['catalog']}{target}", method="POST",
            headers={"Authorization": "Bearer " + TOKEN})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["result"] == "Success"

    def add_keeper(self, name, role):
        """Adds a keeper unless there is one of this name."""
        body = json.dumps({"name": name, "role": role, "password": DESK_PASSWORD}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['frontend']}/keeper", body,
            {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as error:
            assert json.load(error)["code"] == "keeper_exists"

    def sell_out(self, item):
        for _ in range(self.stock(item)):
            assert self.ask(f"/buy?item_number={item}", "POST") == "Success"
