"""A store that the script has deployed in the lab, and the buyers and the audit that every test of it shares."""

import glob
import json
import os
import re
import subprocess
import sys
import time

from tests.lab import LAB, SCRIPT, Deployment, LabTest, as_operator, leftovers

BUYERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "buyers.py")
ITEM = 3
# One client's request goes through at most three deadlines of the tiers.
ANSWER_SECONDS_MAX = 15


class StoreTest(LabTest):
    """Deploys the store once for all tests of the class."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.deployment = Deployment("--keep", *cls.options)
        cls.addClassCleanup(cls.destroy_all)
        if cls.deployment.end() != 0:
            raise AssertionError(cls.deployment.log)
        log, cls.folder = cls.deployment.log, glob.glob(cls.deployment.folder + "/my-book-store/*")[0]
        cls.public = dict(re.findall(r"([\w-]+) runs at ([\d.]+)", log))
        cls.private = dict(re.findall(r"([\w-]+) runs at [\d.]+ \(inside: ([\d.]+)\)", log))
        cls.ids = dict(re.findall(r"([\w-]+) (i-\w+)", log))
        with open(cls.folder + "/token") as token:
            cls.token = token.read()
        for item in (1, 2, 3, 4):
            cls.restock(item, 1_000_000)

    @classmethod
    def destroy_all(cls):
        as_operator(SCRIPT, "--destroy", cls.deployment.run)
        cls.deployment.close()
        if left := leftovers():
            raise AssertionError(left)

    def setUp(self):
        self.reset()

    def tearDown(self):
        self.reset()

    @property
    def address(self):
        """Where buyers go."""
        return f"{self.public['frontend']}:8000"

    # --- The store

    @classmethod
    def on(cls, tier, command, **options):
        return as_operator("ssh", "-F", "/dev/null", "-i", cls.folder + "/key", "-o", "BatchMode=yes",
                           "-o", f"UserKnownHostsFile={cls.folder}/known_hosts", "-o", "StrictHostKeyChecking=yes",
                           "-o", "ConnectTimeout=5", "admin@" + cls.public[tier], command, **options)

    @classmethod
    def restock(cls, item, units):
        """From a host inside: the catalog's port is closed to everyone else."""
        request = (f"POST /update?item_number={item}&stock={units} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n"
                   f"Authorization: Bearer {cls.token}\\r\\nConnection: close\\r\\n\\r\\n")
        done = cls.on("order", f"exec 3<>/dev/tcp/{cls.private['catalog']}/8001; printf '{request}' >&3; cat <&3")
        if "Success" not in done.stdout:
            raise AssertionError(done.stdout + done.stderr)

    def buying(self, seconds, clients=8):
        """Buyers at work, in a process of their own."""
        self.prefix = f"{self._testMethodName}-{time.time_ns()}"
        return subprocess.Popen(
            [LAB, "run", sys.executable, BUYERS, self.address, str(ITEM), self.prefix, str(clients), str(seconds)],
            stdout=subprocess.PIPE, text=True)

    def audit(self, buyers):
        """Compares what the buyers were told with the ledger, and lets the store's own auditor check the rest."""
        told = json.loads(buyers.communicate(timeout=300)[0])
        self.assertEqual([key for key, result in told["keys"].items() if result == "unknown"], [])
        time.sleep(3)
        verified, sold = self.examine(self.prefix + "-%")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        successes = {key for key, result in told["keys"].items() if result == "Success"}
        self.assertEqual(sold, successes)
        self.assertLess(told["slowest"], ANSWER_SECONDS_MAX)
        print(f"{len(successes)} sold, {told['unavailable']} times 503, {told['broken']} broken connections, slowest answer "
              f"{told['slowest']:.2f} s, longest time without a sale {told['gap']:.2f} s; "
              f"{verified.stdout.strip()}", file=sys.stderr)
        return told
