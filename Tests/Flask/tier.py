"""What the three Flask tiers share: options, config file, operation log, and how a tier is run."""

import argparse
import os
import signal
import threading


def options(tier, stock=None):
    """The command line of every tier, ours or the original's, and the catalog's stock."""
    parser = argparse.ArgumentParser(description=f"The original's {tier} server.")
    parser.add_argument("--config", default="config", help="where every server listens")
    parser.add_argument("--index", type=int, default=0, help="which of several lines of its type it is")
    parser.add_argument("--output", default="output", help="where the logs go")
    if stock is not None:
        parser.add_argument("--stock", type=int, default=stock, help="copies of each book at the start")
    return parser.parse_args()


def address(config, tier, index=0):
    """Returns (host, port) of the index-th line of that type in the config file."""
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
    """The base URL of the tier behind: the first of its type, because the original has no replicas."""
    host, port = address(config, tier)
    return f"http://{host}:{port}"


class OperationLog:
    """Appends whole lines without buffering."""

    def __init__(self, folder, name):
        os.makedirs(folder, exist_ok=True)
        # Emptied at each start, like the state in memory that it describes.
        self.file = open(os.path.join(folder, name), "w", buffering=1, encoding="utf-8")
        self.lock = threading.Lock()

    def write(self, line):
        with self.lock:
            self.file.write(line + "\n")


def run(app, config, tier, index):
    """Serves until SIGINT or SIGTERM."""
    # Treats SIGTERM like Ctrl-C, on which Werkzeug ends. The default does not suffice: a child inherits
    # that its parent ignores SIGTERM.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    host, port = address(config, tier, index)
    app.run(host=host, port=port, threaded=True)
