"""The lab as tests see it: deployments, the cloud's control port, and what is left in the account."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

LAB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab.sh")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(LAB)))
SCRIPT = os.path.join(ROOT, "scripts", "run_distributed_test.sh")
IMAGE = "my-book-store"

# Waits of the script are shortened where a test has to wait for their end.
QUICK = {"AWS_MAX_ATTEMPTS": "2", "BOOKSTORE_DESTROY_SECONDS": "12", "BOOKSTORE_INVISIBLE_SECONDS": "5"}


def tell(path, value=None):
    """Speaks to the cloud's control port."""
    command = [LAB, "tell", path] + ([json.dumps(value)] if value is not None else [])
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def as_operator(*command, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "timeout": 300, **options}
    return subprocess.run([LAB, "run", *command], **options)


def leftovers():
    """Everything in the account that a run could have left, whatever its tags."""
    def ask(operation, query, *filters):
        answer = as_operator("aws", "ec2", operation, "--query", query, "--output", "json",
                             *(("--filters",) + filters if filters else ()), check=True)
        return json.loads(answer.stdout)

    living = "Name=instance-state-name,Values=pending,running,stopping,stopped,shutting-down"
    groups = ask("describe-security-groups", "SecurityGroups[].GroupName")
    return (ask("describe-instances", "Reservations[].Instances[].InstanceId", living)
            + ask("describe-volumes", "Volumes[].VolumeId")
            + [name for name in groups if name != "default"]
            + ask("describe-key-pairs", "KeyPairs[].KeyName"))


class Deployment:
    """One run of the script."""

    def __init__(self, *options, environment=None, arguments=None):
        self.folder = tempfile.mkdtemp(prefix="bookstore-lab-test-")
        self.output = os.path.join(self.folder, "output")
        self._log = os.path.join(self.folder, "log")
        if arguments is None:
            arguments = ["--image", IMAGE, "--output", self.output, *options]
        settings = {"XDG_STATE_HOME": self.folder, **(environment or {})}
        variables = [f"{name}={value}" for name, value in settings.items()]
        with open(self._log, "w") as log:
            # A session of its own, so that a Ctrl-C can be sent as a terminal does, to the whole group. Who runs the
            # tests in the background makes them ignore it, and bash cannot trap what was ignored before it.
            self.process = subprocess.Popen([LAB, "run", "env", *variables, SCRIPT, *arguments], stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                            start_new_session=True,
                                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    @property
    def log(self):
        with open(self._log) as log:
            return log.read()

    @property
    def run(self):
        return re.search(r"run (bookstore-[\w-]+):", self.log)[1]

    def wait_for(self, text, seconds=400):
        """Waits until the script has said something."""
        deadline = time.monotonic() + seconds
        while text not in self.log:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"'{text}' was not said:\n{self.log}")
            time.sleep(0.05)

    def interrupt(self, number):
        """A signal: SIGINT to the group, as from a terminal; others to the script alone."""
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            os.kill(self.process.pid, number)

    def end(self, seconds=400):
        return self.process.wait(timeout=seconds)

    def kill(self):
        """No trap, no goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self):
        """Ends a run that a failed test has left, so that the next test begins with an empty account."""
        if self.process.poll() is None:
            self.kill()
            if " run bookstore-" in self.log:
                as_operator(SCRIPT, "--destroy", self.run)
        shutil.rmtree(self.folder, ignore_errors=True)


class LabTest(unittest.TestCase):
    """Begins and ends with an empty account and no faults."""

    def setUp(self):
        self.reset()
        self.assertEqual(leftovers(), [])

    def reset(self):
        tell("faults", [])
        tell("heal")
        tell("uplink", True)
        tell("delay")

    def deploy(self, *options, **more):
        deployment = Deployment(*options, **more)
        self.addCleanup(deployment.close)
        return deployment

    def check_ended(self, deployment, status, text):
        """The script ended with a status and a clear line, and left nothing."""
        self.assertEqual(deployment.end(), status, deployment.log)
        self.assertIn(text, deployment.log)
        self.assertEqual(leftovers(), [], deployment.log)

    def destroy(self, run):
        done = as_operator(SCRIPT, "--destroy", run)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(leftovers(), [])
