"""What the three Flask tiers share: options, config file, operation log, and how a tier is run."""

import argparse
import os
import signal
import threading


def options(tier, stock=None):
    """The command line that every tier of the store takes, ours or the original's; the catalog's stock as well."""
    parser = argparse.ArgumentParser(description=f"The original's {tier} server.")
    parser.add_argument("--config", default="config", help="where every server listens")
    parser.add_argument("--index", type=int, default=0, help="which of several lines of its type it is")
    parser.add_argument("--output", default="output", help="where the logs go")
    if stock is not None:
        parser.add_argument("--stock", type=int, default=stock, help="copies of each book at the start")
    return parser.parse_args()


def address(config, tier, index=0):
    """(host, port) on the index-th line of that type in the config file."""
    found = []
    with open(config, encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if line and not line.startswith("#"):
                kind, _, where = line.partition(",")
                if kind == tier:
                    host, _, port = where.rpartition(":")
                    found.append((host, int(port)))
    return found[index]


def url(config, tier):
    """The base URL of a tier behind: always the first of its type, for the original knew no replicas."""
    host, port = address(config, tier)
    return f"http://{host}:{port}"


class OperationLog:
    """Appends whole lines, each handed to the operating system at once."""

    def __init__(self, folder, name):
        os.makedirs(folder, exist_ok=True)
        # Written anew at each start, as the state in memory that it tells about is new as well.
        self.file = open(os.path.join(folder, name), "w", buffering=1, encoding="utf-8")
        self.lock = threading.Lock()

    def write(self, line):
        with self.lock:
            self.file.write(line + "\n")


def run(app, config, tier, index):
    """Serves until SIGINT or SIGTERM."""
    # As Ctrl-C, which Werkzeug takes as its order to end. Set here and not left to the default, since a
    # parent that ignores SIGTERM hands that on to its children.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    host, port = address(config, tier, index)
    app.run(host=host, port=port, threaded=True)
