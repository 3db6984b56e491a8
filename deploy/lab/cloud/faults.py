"""Faults of the API, by action and by the number of the call.

A fault is a dictionary: `action`; `nth`, a list of call numbers from 1, or `from`, the first of all that follow;
and what happens: `code` (with `message` and `status`) answers with an error, `hang` waits so many seconds first,
`lost` carries the call out and breaks the connection without an answer; `forged` shows other host keys on the
console than the machine has, as somebody in between would.
"""

import threading


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._counts = {}

    def plan(self, faults):
        """Replaces the plan and counts calls from 0 again."""
        for fault in faults:
            unknown = set(fault) - {"action", "nth", "from", "code", "message", "status", "hang", "lost", "forged"}
            if unknown or "action" not in fault or not ({"nth", "from"} & set(fault)):
                raise ValueError(f"not a fault: {fault}")
        with self._lock:
            self._faults, self._counts = list(faults), {}

    def next(self, action):
        """Counts a call and gives the fault that hits it, if any."""
        with self._lock:
            number = self._counts[action] = self._counts.get(action, 0) + 1
            for fault in self._faults:
                if fault["action"] in (action, "*") and (
                        number in fault.get("nth", ()) or number >= fault.get("from", number + 1)):
                    return fault
        return None

    def counts(self):
        with self._lock:
            return dict(self._counts)
