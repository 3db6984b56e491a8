"""Instances as containers that boot like machines: systemd, cloud-init, sshd and a container engine inside."""

import json
import os
import shutil
import threading

from cloud.shell import run

IMAGE = "bookstore-lab/instance"
CONSOLE_BEGIN = "-----BEGIN SSH HOST KEY KEYS-----"
CONSOLE_END = "-----END SSH HOST KEY KEYS-----"


class Machine:
    def __init__(self, id, number, groups):
        self.id = id
        # 198.18.0.0/15 is set aside for tests of networks (RFC 2544): the lab uses nothing else.
        self.public = f"198.18.1.{number}"
        self.private = f"198.19.{16 + number // 200}.{number % 200 + 10}"
        self.groups = groups
        self.link = "v" + id[-10:]
        # pending, running, shutting-down or terminated, as the API tells it.
        self.state = "pending"
        self.is_powered = False

    def describe(self):
        return {"id": self.id, "public": self.public, "private": self.private, "state": self.state,
                "powered": self.is_powered, "groups": self.groups}


class Machines:
    def __init__(self, state, gateway):
        self._folder = os.path.join(state, "hosts")
        self._gateway = gateway
        self._lock = threading.RLock()
        self._machines = {}

    def all(self):
        with self._lock:
            return list(self._machines.values())

    def get(self, id):
        with self._lock:
            return self._machines.get(id)

    def add(self, id, groups):
        """A new machine, not booted yet."""
        with self._lock:
            machine = Machine(id, len(self._machines) + 1, groups)
            self._machines[id] = machine
            return machine

    def uses(self, group):
        """Whether a machine that has not ended yet belongs to the security group."""
        return any(group in machine.groups and machine.state != "terminated" for machine in self.all())

    # --- Life

    def launch(self, machine, public_key, user_data):
        """Boots a new machine. Takes seconds; meant for a thread."""
        folder = os.path.join(self._folder, machine.id)
        seed = os.path.join(folder, "seed")
        os.makedirs(seed, exist_ok=True)
        os.makedirs(os.path.join(folder, "docker"), exist_ok=True)
        name = "ip-" + machine.private.replace(".", "-")
        with open(os.path.join(seed, "meta-data"), "w") as file:
            json.dump({"instance-id": machine.id, "local-hostname": name,
                       "public-keys": [public_key] if public_key else []}, file)
        with open(os.path.join(seed, "user-data"), "w") as file:
            file.write(user_data or "#cloud-config\n{}\n")
        with self._lock:
            if machine.state != "pending":
                return
            run("docker", "create", "--name", machine.id, "--network=none", "--hostname", name,
                "--add-host", f"{name}:127.0.1.1", "--tmpfs", "/run:exec", "--tmpfs", "/run/lock",
                "--stop-signal", "SIGRTMIN+3", "-e", "container=docker", "--cap-add", "ALL",
                "--cap-drop", "SYS_RESOURCE", "--security-opt", "seccomp=unconfined", "--cgroupns=private",
                "--memory", "1g", "-v", f"{seed}:/var/lib/cloud/seed/nocloud:ro",
                "-v", f"{folder}/docker:/var/lib/docker", IMAGE, "/sbin/init")
            self.power_on(machine)
            machine.state = "running"

    def power_on(self, machine):
        """Boots a machine with the disk it has."""
        with self._lock:
            run("docker", "start", machine.id)
            pid = int(run("docker", "inspect", "--format", "{{.State.Pid}}", machine.id))
            self._gateway.plug(machine, pid)
            machine.is_powered = True

    def power_off(self, machine):
        """As if the plug were pulled: nothing inside gets a chance to write anything more."""
        with self._lock:
            run("docker", "kill", machine.id)
            self._gateway.unplug(machine)
            machine.is_powered = False

    def begin_to_end(self, machine):
        with self._lock:
            if machine.state in ("pending", "running"):
                machine.state = "shutting-down"
                threading.Thread(target=self._end, args=(machine,)).start()

    def _end(self, machine):
        with self._lock:
            run("docker", "rm", "--force", "--volumes", machine.id, check=False)
            self._gateway.unplug(machine)
            shutil.rmtree(os.path.join(self._folder, machine.id), ignore_errors=True)
            machine.state, machine.is_powered = "terminated", False

    def console(self, machine):
        """The host keys between their markers, once all are made; empty before."""
        if not machine.is_powered:
            return ""
        keys = run("docker", "exec", machine.id, "sh", "-c",
                   "cat /etc/ssh/ssh_host_rsa_key.pub /etc/ssh/ssh_host_ecdsa_key.pub "
                   "/etc/ssh/ssh_host_ed25519_key.pub 2>/dev/null || true", check=False)
        if keys.count("\n") < 3:
            return ""
        return f"{CONSOLE_BEGIN}\r\n{keys}{CONSOLE_END}\r\n"
