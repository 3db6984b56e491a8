"""Commands of the machine."""

import subprocess


def run(*command, input=None, check=True):
    """What a command prints. Raises RuntimeError with its own words when it fails."""
    done = subprocess.run(command, input=input, text=True, capture_output=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
