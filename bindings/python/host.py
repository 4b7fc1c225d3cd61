"""The host's side in Python: a clock that is set, keys in memory, ears.

Invariant: the first key of a phone is 32 times its number, so that every language makes the same log.
"""

import bibtrail_core as core

#: The gun: 2025-04-06 09:00 in Seoul.
GUN_MS = 1_743_897_600_000


class SetClock(core.Clock):
    """A phone's clocks, which stand still until they are set."""

    def __init__(self, name, number):
        self.name = name
        self.since_ms = 10_000_000 + number * 1_000_000
        self.ms = 0

    def now(self):
        return core.ClockReading(boot=self.name, boot_ms=self.since_ms + self.ms, wall_ms=GUN_MS + self.ms)


class Keys(core.KeyStore):
    """Keys in memory."""

    def __init__(self, number):
        self.kept = {"log": bytes([number]) * 32}

    def load(self, name):
        return self.kept.get(name)

    def save(self, name, secret):
        self.kept[name] = secret


class Ears(core.Listener):
    """Hears, and fails if it is told to."""

    def __init__(self, throws=False):
        self.heard = []
        self.throws = throws

    def changed(self, change):
        self.heard.append(change)
        if self.throws:
            raise RuntimeError("the screen is gone")


class Lines(core.LogSink):
    """Keeps the lines of the log."""

    def __init__(self):
        self.lines = []

    def log(self, level, target, message):
        self.lines.append((level, target, message))
