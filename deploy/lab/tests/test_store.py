"""The store on three machines while its network and its hosts fail. After each fault everything that clients were
told is compared with what the store has written down."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

from tests.lab import IMAGE, as_operator, tell
from tests.store import StoreTest

# After a fault has ended, connections are tried again at least every few seconds.
RECOVERY_SECONDS_MAX = 20


class StoreOnThreeHosts(StoreTest):
    def get(self, path):
        """The status of a lookup or search; 0 where there is no answer."""
        code = ("import sys,urllib.request,urllib.error\n"
                "try: print(urllib.request.urlopen(sys.argv[1], timeout=20).status)\n"
                "except urllib.error.HTTPError as e: print(e.code)\n"
                "except OSError: print(0)")
        url = f"http://{self.public['frontend']}:8000{path}"
        return int(as_operator(sys.executable, "-c", code, url).stdout)

    def examine(self, keys):
        """What the store's own auditor says, and which of these keys the ledger has sold."""
        folder = os.path.join(self.deployment.folder, "audit")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for tier in ("catalog", "order"):
            files = self.on(tier, "sudo tar -C /srv/bookstore -c data output", text=False)
            subprocess.run(["tar", "-x", "-C", folder], input=files.stdout, check=True)
        verified = as_operator("docker", "run", "--rm", "--user", "0:0", "--volume", f"{folder}:/audit", IMAGE, "verify",
                               "--data", "/audit/data", "--output", "/audit/output")
        with sqlite3.connect(folder + "/data/catalog.sqlite") as ledger:
            sold = {key for key, in ledger.execute(
                "SELECT order_key FROM movement WHERE sale IS NOT NULL AND order_key LIKE ?", (keys,))}
        return verified, sold

    # --- Faults

    def test_cut_between_frontend_and_order(self):
        buyers = self.buying(35)
        time.sleep(5)
        tell("cut", [self.ids["frontend"], self.ids["order"]])
        time.sleep(4)
        # What does not need the order server goes on.
        self.assertEqual(self.get("/lookup?item_number=1"), 200)
        time.sleep(6)
        tell("heal")
        told = self.audit(buyers)
        self.assertGreater(told["unavailable"], 0)
        self.assertLess(told["gap"], 10 + RECOVERY_SECONDS_MAX)

    def test_cut_between_order_and_catalog(self):
        buyers = self.buying(35)
        time.sleep(5)
        tell("cut", [self.ids["order"], self.ids["catalog"]])
        time.sleep(10)
        self.assertEqual(self.get("/lookup?item_number=1"), 200)
        tell("heal")
        told = self.audit(buyers)
        self.assertGreater(told["unavailable"], 0)
        self.assertLess(told["gap"], 10 + RECOVERY_SECONDS_MAX)

    def test_catalog_host_killed_and_booted_with_its_disk(self):
        buyers = self.buying(75)
        time.sleep(5)
        tell("off", self.ids["catalog"])
        time.sleep(5)
        self.assertEqual(self.get("/lookup?item_number=1"), 503)
        tell("on", self.ids["catalog"])
        told = self.audit(buyers)
        self.assertGreater(told["unavailable"], 0)
        self.assertLess(told["gap"], 60)

    def test_every_tier_upgraded_while_selling(self):
        """Stopped as an upgrade stops it, and started anew. Whoever keeps a connection gets answers, if only 503s."""
        for tier in ("catalog", "order", "frontend"):
            with self.subTest(tier=tier):
                buyers = self.buying(20)
                time.sleep(4)
                done = self.on(tier, f"sudo docker stop --time 15 bookstore-{tier} && sudo docker start bookstore-{tier}")
                self.assertEqual(done.returncode, 0, done.stderr)
                told = self.audit(buyers)
                self.assertLess(told["gap"], RECOVERY_SECONDS_MAX)
                if tier != "frontend":
                    self.assertEqual(told["broken"], 0)

    def test_order_host_that_lost_its_disk(self):
        """Everything that the order server knows, the catalog's ledger knows."""
        self.audit(self.buying(5))
        done = self.on("order", "sudo docker stop bookstore-order && sudo find /srv/bookstore/data /srv/bookstore/output "
                                "-type f -delete && sudo docker start bookstore-order")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.audit(self.buying(10))

    def test_latency_and_loss(self):
        tell("delay", {"ms": 50, "loss": 0.05})
        buyers = self.buying(30)
        buyers.wait(timeout=200)
        tell("delay")
        told = self.audit(buyers)
        self.assertGreater(sum(result == "Success" for result in told["keys"].values()), 20)

    def test_evaluation_with_ten_milliseconds_one_way(self):
        tell("delay", {"ms": 10})
        samples = os.environ.get("BOOKSTORE_LAB_SAMPLES", "50")
        done = as_operator("docker", "run", "--rm", "--network", "host", IMAGE, "bench", "--frontend",
                           f"{self.public['frontend']}:8000", "--samples", samples, "--warmup", "10", timeout=2400)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print(done.stdout, file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
