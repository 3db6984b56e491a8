"""systemd reads every unit of deploy/systemd without a complaint, instances with the settings that all have in common."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

UNITS = Path(__file__).resolve().parents[2] / "deploy/systemd"


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
class Units(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        # A program that is there.
        for file in filter(Path.is_file, UNITS.rglob("*")):
            copy = self.folder / file.relative_to(UNITS)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(file.read_text().replace("/usr/bin/bookstore", "/bin/true"))
        self.names = [file.name.replace("@.", "@1.") for file in sorted(UNITS.iterdir()) if file.is_file()]

    def complaints(self, name):
        run = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", name], cwd=self.folder, capture_output=True, text=True,
            env={"SYSTEMD_UNIT_PATH": f"{self.folder}:", "PATH": "/usr/bin:/bin"})
        return run.stdout + run.stderr

    def test_no_complaint(self):
        for name in self.names:
            with self.subTest(name):
                self.assertNotIn("bookstore", self.complaints(name))

    def test_common_settings_are_read_for_instances(self):
        with open(self.folder / "bookstore-.service.d/server.conf", "a") as file:
            file.write("Planted=yes\n")
        for name in self.names:
            if name.endswith(".service"):
                with self.subTest(name):
                    self.assertIn("Planted", self.complaints(name))


if __name__ == "__main__":
    unittest.main()
