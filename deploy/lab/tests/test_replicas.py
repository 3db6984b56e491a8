"""Two machines for each tier over PostgreSQL on three, HAProxy in front, while machines are killed, frozen and cut off.
After each fault everything that clients were told is compared with what the store has written down."""

import os
import shutil
import subprocess
import time
import unittest

from tests.lab import as_operator, tell
from tests.store import StoreTest

DATABASE_IMAGE = "my-book-store-replicas"
PROXY = "bookstore-lab-proxy"
# A host that says nothing is replaced after some nine seconds, and connections that lead to it have to be given up.
FAILOVER_SECONDS_MAX = 20
BOOT_SECONDS_MAX = 120


class ReplicasOnNineHosts(StoreTest):
    options = ("--replicas", "2", "--database-image", DATABASE_IMAGE)
    address = "127.0.0.1:8000"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.databases = [host for host in cls.ids if host.startswith("database")]
        cls.writers = [host for host in cls.ids if host.startswith(("catalog", "order"))]
        servers = {f"BOOKSTORE_{kind}_{number}": f"{cls.public[host]}:{port}"
                   for kind, port in (("FRONTEND", 8000), ("STOREFRONT", 8080))
                   for number, host in ((1, "frontend"), (2, "frontend-1"))}
        settings = [word for name, value in servers.items() for word in ("--env", f"{name}={value}")]
        cls.addClassCleanup(as_operator, "docker", "rm", "--force", PROXY)
        as_operator("docker", "run", "--detach", "--name", PROXY, "--network", "host", *settings, DATABASE_IMAGE,
                    "haproxy", "-db", "-f", "/etc/haproxy/bookstore.cfg", check=True)

    # --- The hosts

    def patroni_says(self, host, path):
        url = f"http://{self.private[host]}:8008/{path}"
        return self.on(host, f"sudo docker exec patroni curl -sf -m 2 -o /dev/null {url}").returncode == 0

    def find_primary(self):
        return next(host for host in self.databases if self.patroni_says(host, "primary"))

    def is_well(self, host):
        if host in self.databases:
            # A standby has to be one whose confirmation counts, or the next test's failover has nowhere to go.
            return (self.patroni_says(host, "health")
                    and any(self.patroni_says(other, "sync") for other in self.databases))
        return self.on(host, f"sudo docker exec bookstore-{host} bookstore healthcheck").returncode == 0

    def wait_until_well(self, host):
        deadline = time.monotonic() + BOOT_SECONDS_MAX
        while not self.is_well(host):
            self.assertLess(time.monotonic(), deadline, f"{host} is not back")
            time.sleep(1)

    def examine(self, keys):
        folder = os.path.join(self.deployment.folder, "audit")
        shutil.rmtree(folder, ignore_errors=True)
        for host in self.writers:
            os.makedirs(os.path.join(folder, host))
            files = self.on(host, "sudo tar -C /srv/bookstore/output -c .", text=False)
            subprocess.run(["tar", "-x", "-C", os.path.join(folder, host)], input=files.stdout, check=True)
        logs = subprocess.run(["tar", "-C", folder, "-c", *self.writers], stdout=subprocess.PIPE, check=True).stdout
        verified = self.on("order", f"bash ./verify.sh my-book-store:{self.deployment.run} {' '.join(self.writers)}",
                           input=logs, text=False)
        verified.stdout, verified.stderr = verified.stdout.decode(), verified.stderr.decode()
        addresses = ",".join(self.private[host] for host in self.databases)
        url = f"postgresql://postgres@{addresses}/books?target_session_attrs=read-write"
        found = self.on("database", "sudo docker exec -i patroni sh -c "
                        f"'PGPASSWORD=$PATRONI_SUPERUSER_PASSWORD psql -XAtq -v ON_ERROR_STOP=1 \"{url}\"'",
                        input="SELECT order_key FROM bookstore.movement "
                              f"WHERE sale IS NOT NULL AND order_key LIKE '{keys}'", check=True)
        return verified, set(found.stdout.split())

    # --- Faults

    def check(self, host, begin, end):
        """Buyers at work while a fault lasts for 15 s; afterwards the host takes part again."""
        buyers = self.buying(40)
        time.sleep(5)
        begin()
        time.sleep(15)
        end()
        self.wait_until_well(host)
        return self.audit(buyers)

    def test_host_of_each_tier_killed_and_booted(self):
        for host in ("catalog", "catalog-1", "order", "frontend"):
            with self.subTest(host=host):
                told = self.check(host, lambda: tell("off", self.ids[host]), lambda: tell("on", self.ids[host]))
                self.assertEqual(told["unavailable"], 0)
                self.assertEqual(told["broken"], 0)
                self.assertLess(told["gap"], 5)

    def check_primary(self, begin, end):
        primary = self.find_primary()
        told = self.check(primary, lambda: begin(self.ids[primary]), lambda: end(self.ids[primary]))
        self.assertNotEqual(self.find_primary(), primary)
        self.assertLess(told["gap"], FAILOVER_SECONDS_MAX)

    def test_primary_host_killed_and_booted_with_its_disk(self):
        self.check_primary(lambda id: tell("off", id), lambda id: tell("on", id))

    def test_primary_host_frozen_and_thawed(self):
        self.check_primary(lambda id: as_operator("docker", "pause", id, check=True),
                           lambda id: as_operator("docker", "unpause", id, check=True))

    def test_primary_host_cut_off(self):
        self.check_primary(lambda id: tell("cut", [id]), lambda _: tell("heal"))

    def test_standby_host_killed_and_booted_with_its_disk(self):
        standby = next(host for host in self.databases if self.patroni_says(host, "sync"))
        told = self.check(standby, lambda: tell("off", self.ids[standby]), lambda: tell("on", self.ids[standby]))
        self.assertLess(told["gap"], FAILOVER_SECONDS_MAX)


if __name__ == "__main__":
    unittest.main()
