"""scripts/run.sh says how long the first build takes, and only before that one."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

RUN = Path(__file__).resolve().parents[2] / "scripts/run.sh"


class Run(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        scripts = self.folder / "scripts"
        scripts.mkdir()
        shutil.copy(RUN, scripts)
        self.script(scripts / "setup.sh", "")
        program = "mkdir -p .build/release && cp program .build/release/bookstore"
        self.script(scripts / "build_release.sh", program)
        self.script(self.folder / "program", 'echo "$@"')

    @staticmethod
    def script(path, text):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def test_only_the_first_build_takes_long(self):
        for first in (True, False):
            run = subprocess.run(
                [self.folder / "scripts/run.sh", "--data", "x"], capture_output=True, text=True, check=True)
            self.assertEqual(run.stdout, "up --data x\n")
            self.assertEqual("ten minutes" in run.stderr, first, run.stderr)
