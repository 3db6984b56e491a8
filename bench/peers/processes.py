"""Starts what is measured and stops it again, whatever happens in between: every child by its own id."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import processor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, ".build/release/bookstore")
START_SECONDS_MAX = 120
STOP_SECONDS_MAX = 20
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In the child: a benchmark that is killed outright leaves nothing running."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_on_signals():
    """Makes SIGTERM and Ctrl-C unwind the stack, so that every `with` block cleans up."""
    def leave(number, frame):
        raise SystemExit(128 + number)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)


def say(text):
    print(text, file=sys.stderr, flush=True)


def fail(text):
    say(f"bench: {text}")
    raise SystemExit(1)


class Bench:
    """A folder on the disk and the processes that work in it; both go away at the end."""

    def __init__(self, parent="/var/tmp"):
        self.stack = contextlib.ExitStack()
        self.folder = tempfile.mkdtemp(prefix="bookstore-bench-", dir=parent)
        # PostgreSQL refuses to run as root and has to reach its files as somebody else.
        os.chmod(self.folder, 0o755)
        self.stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.used_ports = set()
        self.children = []
        self.machine = processor.Machine()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stack.close()

    def free_port(self):
        """A port that nobody listens on now and that was not handed out before."""
        while True:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            if port not in self.used_ports:
                self.used_ports.add(port)
                return port

    def path(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def start(self, name, command, user=None, **options):
        """Starts a process that ends with the benchmark; its output goes to a file in the folder."""
        log = open(self.path("logs", name), "wb")
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user,
                                 preexec_fn=die_with_parent, **options)
        child.name, child.options = name, options
        self.children.append(child)
        self.stack.callback(self.stop, child)
        return child

    def measured(self, measure):
        """What `measure` finds, with the processor time of the servers: see `processor.Machine`."""
        return self.machine.measured(self.children, measure)

    def start_again(self, child, port):
        """Starts a server again that was killed, and waits until it is ready."""
        child.wait()
        again = self.start(child.name, child.args, **child.options)
        self.wait_until(lambda: answers(port, "/readyz"), child.name, again)
        return again

    @staticmethod
    def stop(child):
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def wait_until(self, is_ready, what, *children):
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end:
            for child in children:
                if child.poll() is not None:
                    fail(f"{child.name} ended with status {child.returncode}: {self.log(child.name)}")
            if is_ready():
                return
            time.sleep(0.05)
        fail(f"{what} was not ready within {START_SECONDS_MAX} s")

    def log(self, name):
        with open(self.path("logs", name), encoding="utf-8", errors="replace") as file:
            return file.read()[-800:]


def answers(port, path):
    """Whether something on the port answers the path with a 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
        return response.read()


# MARK: The stores


def start_bookstore(bench, name, books, program=PROGRAM):
    """Our store as three processes; the frontend's port and the children by tier."""
    ports, tiers = start_replicas(bench, name, books, 1, program=program)
    return ({tier: numbers[0] for tier, numbers in ports.items()},
            {tier: children[0] for tier, children in tiers.items()})


def start_replicas(bench, name, books, count, store=None, program=PROGRAM):
    """Our store with `count` processes of each tier; ports and children by tier.

    `store` is the URL of its PostgreSQL, without which it can only be one of each.
    """
    if not os.path.exists(program):
        fail(f"there is no {program}: make release")
    ports = {tier: [bench.free_port() for _ in range(count)] for tier in ("frontend", "catalog", "order")}
    config = bench.path(name, "config")
    with open(config, "w", encoding="utf-8") as file:
        file.writelines(f"{tier},127.0.0.1:{port}\n" for tier, numbers in ports.items() for port in numbers)
    # Named and not inherited: the benchmark measures the store as it is by default.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOOKSTORE_")}
    tiers = {tier: [] for tier in ports}
    for tier in ("catalog", "order", "frontend"):
        for index, port in enumerate(ports[tier]):
            command = [program, tier, "--config", config, "--index", str(index)]
            if tier != "frontend":
                command += ["--data", bench.path(name, f"data-{tier}-{index}", "").rstrip("/"),
                            "--output", bench.path(name, f"output-{tier}-{index}", "").rstrip("/")]
                command += ["--store", store] if store else []
            if tier == "catalog":
                command += ["--books", books]
            child = bench.start(f"{name}-{tier}-{index}", command, env=environment, cwd=bench.folder)
            tiers[tier].append(child)
            # One after the other: none begins by finding the tier behind it out of reach.
            bench.wait_until(lambda port=port: answers(port, "/readyz"), f"{name}'s {tier} {index}", child)
    return ports, tiers


def start_go(bench, books):
    binary = bench.path("go", "peer")
    environment = dict(os.environ, GOCACHE=bench.path("go", "cache", ""), GOFLAGS="-mod=mod")
    subprocess.run(["go", "build", "-o", binary, "."], cwd=os.path.join(ROOT, "bench/peers/go"), check=True,
                   env=environment)
    ports = {tier: bench.free_port() for tier in ("frontend", "catalog", "order")}
    at = {tier: f"127.0.0.1:{port}" for tier, port in ports.items()}
    arguments = {"catalog": ["-books", books], "order": ["-catalog", at["catalog"]],
                 "frontend": ["-catalog", at["catalog"], "-order", at["order"]]}
    children = [bench.start(f"go-{tier}", [binary, tier, "-listen", at[tier]] + more)
                for tier, more in arguments.items()]
    bench.wait_until(lambda: answers(ports["frontend"], "/lookup?item_number=1"), "the Go store", *children)
    return ports["frontend"]


def start_flask(bench, stock):
    python = os.path.join(ROOT, ".build/flask-venv/bin/python")
    ports = {tier: bench.free_port() for tier in ("frontend", "catalog", "order")}
    config = bench.path("flask", "config")
    with open(config, "w", encoding="utf-8") as file:
        file.writelines(f"{tier},127.0.0.1:{port}\n" for tier, port in ports.items())
    children = []
    for tier in ("catalog", "order", "frontend"):
        command = [python, os.path.join(ROOT, f"Tests/Flask/{tier}.py"), "--config", config,
                   "--output", bench.path("flask", "output", "")]
        if tier == "catalog":
            command += ["--stock", str(stock)]
        children.append(bench.start(f"flask-{tier}", command))
    bench.wait_until(lambda: answers(ports["frontend"], "/lookup?item_number=1"), "Flask", *children)
    return ports["frontend"]


def start_nginx(bench, body, search_body="{}"):
    """A frontend that passes on to a server with a fixed answer, or two, over connections kept alive."""
    front, back = bench.free_port(), bench.free_port()
    with open(os.path.join(ROOT, "bench/peers/nginx.conf"), encoding="utf-8") as file:
        text = file.read()
    for name, value in (("FOLDER", bench.path("nginx", "")), ("FRONT", str(front)), ("BACK", str(back)),
                        ("BODY", body), ("SEARCH", search_body)):
        text = text.replace(f"@{name}@", value)
    path = bench.path("nginx", "nginx.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    child = bench.start("nginx", ["nginx", "-c", path, "-e", bench.path("logs", "nginx-errors")])
    bench.wait_until(lambda: answers(front, "/lookup"), "nginx", child)
    return front


def start_postgres(bench, stock):
    """A cluster of its own with one hot title; the folder of its socket."""
    sockets = start_cluster(bench, "postgres")
    prepare_sales(sockets, stock)
    return sockets


def prepare_sales(sockets, stock):
    """The table of one hot title that pgbench sells."""
    with open(os.path.join(ROOT, "bench/peers/schema.sql"), encoding="utf-8") as schema:
        subprocess.run([f"{newest_postgres()}/psql", "-q", "-h", sockets, "-U", "postgres", "-v", f"stock={stock}"],
                       stdin=schema, check=True)


def start_cluster(bench, name, primary=None):
    """A PostgreSQL server; the folder of its socket.

    `primary` is the folder of the server whose synchronous standby it is.
    """
    programs = newest_postgres()
    user = "postgres" if os.geteuid() == 0 else None
    cluster, sockets = bench.path(name, "cluster"), bench.path(name, "socket", "")
    for folder in (os.path.dirname(cluster), sockets):
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    make = ([f"{programs}/pg_basebackup", "-h", primary, "-U", "postgres", "-D", cluster, "-c", "fast", "-R"]
            if primary else [f"{programs}/initdb", "-D", cluster, "-A", "trust", "-U", "postgres", "-E", "UTF8"])
    subprocess.run(make, check=True, user=user, stdout=subprocess.DEVNULL, cwd=bench.folder)
    settings = ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=256MB",
                "max_connections=300", "max_wal_size=4GB", "listen_addresses=", f"unix_socket_directories={sockets}"]
    command = [f"{programs}/postgres", "-D", cluster]
    for setting in settings:
        command += ["-c", setting]
    child = bench.start(name, command, user=user, cwd=bench.folder)
    bench.wait_until(lambda: subprocess.run([f"{programs}/pg_isready", "-q", "-h", sockets]).returncode == 0,
                     "PostgreSQL", child)
    if primary:
        sql(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        sql(primary, "SELECT pg_reload_conf()")
        bench.wait_until(lambda: sql(primary, "SELECT sync_state FROM pg_stat_replication") == "sync",
                         "the standby", child)
    return sockets


def sql(sockets, text, database="postgres"):
    """What a statement answers."""
    command = [f"{newest_postgres()}/psql", "-XAtq", "-h", sockets, "-U", "postgres", "-d", database, "-c", text]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def start_haproxy(bench, frontends):
    """HAProxy as it is deployed, in front of two frontends; its port."""
    ports = {name: bench.free_port() for name in ("API", "SHOP", "STOREFRONT_1", "STOREFRONT_2")}
    ports |= {f"FRONTEND_{number}": port for number, port in enumerate(frontends, 1)}
    environment = dict(os.environ, **{f"BOOKSTORE_{name}": f"127.0.0.1:{port}" for name, port in ports.items()})
    child = bench.start("haproxy", ["haproxy", "-db", "-f", os.path.join(ROOT, "deploy/haproxy/haproxy.cfg")],
                        env=environment)
    bench.wait_until(lambda: answers(ports["API"], "/readyz"), "HAProxy", child)
    return ports["API"]


def newest_postgres():
    """Debian keeps the server's programs off the PATH, a folder for each version."""
    base = "/usr/lib/postgresql"
    versions = sorted((int(name) for name in os.listdir(base) if name.isdigit()), reverse=True)
    for version in versions:
        if os.path.exists(f"{base}/{version}/bin/initdb"):
            return f"{base}/{version}/bin"
    fail(f"there is no PostgreSQL server in {base}: scripts/setup.sh --bench")
