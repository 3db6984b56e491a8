"""python -m cloud STATE: runs the cloud in the gateway's network namespace until it is told to stop."""

import signal
import sys
import threading

from cloud.control import serve_control
from cloud.faults import Faults
from cloud.gateway import Gateway
from cloud.machines import Machines
from cloud.proxy import serve_api


def main():
    state = sys.argv[1]
    gateway = Gateway()
    machines = Machines(state, gateway)
    faults = Faults()
    gateway.prepare()
    for serve in (serve_api, serve_control):
        threading.Thread(target=serve, args=(machines, gateway, faults), daemon=True).start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    gateway.delay(None)


if __name__ == "__main__":
    main()
