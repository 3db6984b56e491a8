"""The lab's own port, for those who run tests in it; machines and the operator cannot reach it.

    hosts               all machines, as JSON
    calls               how often each action was called since the last plan of faults
    faults   [FAULT…]   plans faults of the API (faults.py)
    off      "ID"       pulls the plug of a machine
    on       "ID"       boots it again with its disk
    cut      ["ID","ID"]  no packet passes between two machines; ["ID"]: none at all to or from one
    heal                ends all cuts
    uplink   false      cuts the operator off, from machines and API; true ends it
    delay    {"ms": 50, "jitter": 5, "loss": 0.05} or null
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = ("127.0.0.1", 9000)


def serve_control(machines, gateway, faults):
    def machine(id):
        found = machines.get(id)
        if not found:
            raise ValueError(f"no machine {id}")
        return found

    def cut(ids):
        gateway.cut(machine(ids[0]), machine(ids[1]) if len(ids) > 1 else None)

    commands = {
        "hosts": lambda _: [machine.describe() for machine in machines.all()],
        "calls": lambda _: faults.counts(),
        "faults": faults.plan,
        "off": lambda id: machines.power_off(machine(id)),
        "on": lambda id: machines.power_on(machine(id)),
        "cut": cut,
        "heal": lambda _: gateway.heal(),
        "uplink": lambda is_up: gateway.cut_uplink(not is_up),
        "delay": gateway.delay,
    }

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.do_POST()

        def do_POST(self):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null"
            try:
                status, result = 200, commands[self.path.strip("/")](json.loads(text))
            except (KeyError, ValueError, TypeError, RuntimeError) as error:
                status, result = 400, f"{self.path}: {error}"
            body = (json.dumps(result) + "\n").encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    ThreadingHTTPServer(ADDRESS, Handler).serve_forever()
