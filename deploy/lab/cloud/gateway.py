"""The network between operator and machines: addresses, security groups, cut links, delay and loss.

Runs inside the gateway's namespace, which every packet of the lab passes. What is allowed is written anew as one
nft table after each change, in one transaction.
"""

import os
import subprocess
import sys
import threading

from cloud.shell import run

INSIDE = "198.19.0.0/16"
ROUTER = "198.19.0.1"
DELAYED_TABLE = "100"


class Gateway:
    def __init__(self):
        self._lock = threading.Lock()
        self._machines = {}
        self._rules = {}
        self._cuts = set()
        self._delay = None
        self._is_uplink_cut = False

    def prepare(self):
        for key, value in (("ip_forward", "1"), ("conf.all.rp_filter", "0"), ("conf.default.rp_filter", "0"),
                           ("conf.all.send_redirects", "0"), ("conf.default.send_redirects", "0")):
            with open(f"/proc/sys/net/ipv4/{key.replace('.', '/')}", "w") as file:
                file.write(value)
        self._render()

    # --- Machines

    def plug(self, machine, pid):
        """Gives a machine that runs as process `pid` its network card."""
        link = machine.link
        run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
        run("ip", "addr", "add", f"{ROUTER}/32", "dev", link)
        run("ip", "link", "set", link, "up")
        run("ip", "route", "replace", f"{machine.private}/32", "dev", link)
        for command in (["addr", "add", f"{machine.private}/32", "dev", "eth0"], ["link", "set", "eth0", "up"],
                        ["route", "add", ROUTER, "dev", "eth0"],
                        ["route", "add", "default", "via", ROUTER, "dev", "eth0"]):
            run("nsenter", "-t", str(pid), "-n", "ip", *command)
        with self._lock:
            self._machines[machine.id] = machine
            self._render()
            if self._delay:
                self._redirect(link)

    def unplug(self, machine):
        """The card goes with its machine's namespace; what was said of the machine is forgotten."""
        run("ip", "link", "delete", machine.link, check=False)
        with self._lock:
            self._machines.pop(machine.id, None)
            self._render()

    def set_rules(self, rules):
        """`rules`: for each security group a list of (protocol, first port, last port, cidr or group)."""
        with self._lock:
            self._rules = rules
            self._render()

    # --- Faults

    def cut(self, a, b):
        """No packet passes between two machines or, if `b` is None, between one and anyone."""
        with self._lock:
            self._cuts.add((a.private, b.private if b else None))
            self._render()

    def heal(self):
        with self._lock:
            self._cuts.clear()
            self._render()

    def cut_uplink(self, is_cut):
        """The operator reaches nothing any more: neither machines nor the API."""
        with self._lock:
            self._is_uplink_cut = is_cut
            self._render()

    def delay(self, settings):
        """Delays every packet: {"ms": one way, "jitter": ms, "loss": 0…1}; None ends it."""
        with self._lock:
            if self._delay:
                while run("ip", "rule", "show", "priority", "50"):
                    run("ip", "rule", "delete", "priority", "50")
                self._delay.terminate()
                self._delay.wait()
                self._delay = None
            if not settings:
                return
            self._delay = subprocess.Popen(
                [sys.executable, os.path.join(os.path.dirname(__file__), "delay.py"), str(settings.get("ms", 0)),
                 str(settings.get("jitter", 0)), str(settings.get("loss", 0))], stdout=subprocess.PIPE)
            self._delay.stdout.readline()
            run("ip", "route", "replace", "default", "dev", "delay0", "table", DELAYED_TABLE)
            for link in ["gw0"] + [machine.link for machine in self._machines.values()]:
                self._redirect(link)

    @staticmethod
    def _redirect(link):
        """What comes in by `link` takes the way through the delay; what is for the gateway itself does not."""
        run("ip", "rule", "add", "priority", "50", "iif", link, "to", "198.18.1.0/24", "lookup", DELAYED_TABLE)
        run("ip", "rule", "add", "priority", "50", "iif", link, "to", "198.18.0.2", "lookup", DELAYED_TABLE)
        run("ip", "rule", "add", "priority", "50", "iif", link, "to", INSIDE, "lookup", DELAYED_TABLE)

    # --- The table

    def _render(self):
        machines = list(self._machines.values())
        lines = ["table ip ec2 {}", "delete table ip ec2", "table ip ec2 {",
                 # Coming out of the delay for the second time: it was judged and translated the first time.
                 "chain untracked { type filter hook prerouting priority raw;",
                 'iifname "delay0" notrack', "}",
                 "chain inbound { type nat hook prerouting priority dstnat;"]
        lines += [f"ip daddr {machine.public} dnat to {machine.private}" for machine in machines]
        lines += ["}", "chain outbound { type nat hook postrouting priority srcnat;"]
        lines += [f"ip saddr {machine.private} ip daddr != {INSIDE} snat to {machine.public}"
                  for machine in machines]
        if self._is_uplink_cut:
            lines += ["}", "chain uplink { type filter hook prerouting priority mangle;", 'iifname "gw0" drop']
        lines += ["}", "chain forward { type filter hook forward priority filter; policy drop;"]
        for a, b in sorted(self._cuts, key=str):
            for one, other in ((a, b), (b, a)):
                words = ([f"ip saddr {one}"] if one else []) + ([f"ip daddr {other}"] if other else [])
                lines.append(" ".join(words + ["drop"]))
        lines += ['iifname "delay0" accept', "ct state established,related accept"]
        for machine in machines:
            for group in machine.groups:
                for rule in self._rules.get(group, ()):
                    lines += self._accept(machine, *rule)
        lines += [f"ip saddr {INSIDE} ip daddr != {INSIDE} accept", "}", "}"]
        run("nft", "-f", "-", input="\n".join(lines) + "\n")

    def _accept(self, machine, protocol, first, last, source):
        if source.startswith("sg-"):
            sources = [other.private for other in self._machines.values() if source in other.groups]
        else:
            sources = [source]
        ports = "" if protocol == "-1" else f"{protocol} dport {first}-{last} "
        return [f"ip saddr {source} ip daddr {machine.private} {ports}accept" for source in sources]
