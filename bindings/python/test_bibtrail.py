"""The library through Python: the scripted race, failures, ears, log lines, golden bytes."""

import pathlib
import tempfile
import threading
import unittest

import bibtrail_core as core
import script
from host import Ears, Keys, Lines, SetClock

GOLDEN = script.FOLDER.parent


def joined(number, clock=None, keys=None):
    """A phone at the aid station that knows the race."""
    tickets = dict(line.split(" ", 1) for line in (script.FOLDER / "tickets.txt").read_text().splitlines())
    request = core.JoinRequest(
        folder=tempfile.mkdtemp(), link=tickets["volunteer"], name=f"phone {number}", checkpoint="aid"
    )
    race = core.Race.join(request, clock or SetClock("phone", number), keys or Keys(number))
    race.import_bundle((script.FOLDER / "race.bibtrail").read_bytes())
    return race


class Script(unittest.TestCase):
    def test_the_scripted_race_is_as_expected(self):
        told = script.play((script.FOLDER / "race.script").read_text(encoding="utf-8")).splitlines()
        expected = (script.FOLDER / "race.expected").read_text(encoding="utf-8").splitlines()
        for number, (one, other) in enumerate(zip(told, expected), 1):
            self.assertEqual(one, other, f"line {number} of race.expected")
        self.assertEqual(len(told), len(expected))


class Failures(unittest.TestCase):
    def check(self, variant, work, *args):
        with self.assertRaises(core.CoreError) as failed:
            work(*args)
        self.assertEqual(script.error_name(failed.exception), variant)
        return failed.exception

    def test_failures_have_their_variants(self):
        race = joined(1)
        self.check("panic", core.fail_on_purpose, True)
        self.check("invalid", core.fail_on_purpose, False)
        self.check("not-found", race.undo, "waiting:7")
        self.check("invalid", race.import_bundle, b"no bundle")
        self.check("other-race", race.import_bundle, (script.FOLDER / "other-race.bibtrail").read_bytes())
        self.check("bad-ticket", core.read_invitation, "bibtrail:AAAA")
        self.assertEqual(self.check("bad-bib", race.record, script.entry("1 2")).bib, "1 2")
        race.shut_down()
        self.check("closed", race.record, script.entry("101"))

    def test_a_listener_that_throws_costs_nothing(self):
        race, ears = joined(2), Ears(throws=True)
        subscription = race.subscribe(ears)
        self.assertTrue(race.record(script.entry("101")).is_confirmed)
        self.assertEqual(len(ears.heard), 1)
        subscription.cancel()
        race.record(script.entry("102"))
        self.assertEqual(len(ears.heard), 1)

    def test_a_clock_that_throws_costs_no_scan(self):
        class Broken(core.Clock):
            def now(self):
                raise RuntimeError("no clock")

        lines = Lines()
        core.set_log_sink(lines)
        race = joined(3, clock=Broken())
        self.assertTrue(race.record(script.entry("101")).is_confirmed)
        self.assertTrue(any(target == "clock" for _, target, _ in lines.lines))
        core.clear_log_sink()

    def test_a_key_store_that_throws_is_an_error(self):
        class Locked(Keys):
            def load(self, name):
                raise RuntimeError("locked")

        self.check("host", joined, 4, None, Locked(4))

    def test_a_listener_may_call_back(self):
        race, seen = joined(5), []

        class Asks(core.Listener):
            def changed(self, change):
                seen.append(race.record_screen().last.bib)

        kept = race.subscribe(Asks())
        race.record(script.entry("101"))
        self.assertEqual(seen, ["101"])
        kept.cancel()

    def test_threads_record_beside_each_other(self):
        race = joined(6)
        work = lambda first: [race.record(script.entry(str(first + n))) for n in range(50)]
        threads = [threading.Thread(target=work, args=(first,)) for first in (1000, 2000, 3000, 4000)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        bibs = [line.bib for line in race.corrections_screen(1000, None).lines]
        self.assertEqual(sorted(bibs), sorted(str(first + n) for first in (1000, 2000, 3000, 4000) for n in range(50)))


class Width(unittest.TestCase):
    def test_numbers_cross_at_full_width(self):
        race = joined(7)
        for wall_ms in (2**63 - 1, -(2**63), -1, 2**53 + 1):
            at = core.ClockReading(boot="b", boot_ms=2**63 - 1, wall_ms=wall_ms)
            self.assertEqual(race.record(script.entry("101", at=at)).time_ms, wall_ms)

    def test_golden_bytes_are_read(self):
        race = joined(8)
        # The bytes of the first published format: whole, and of another race than this phone's.
        with self.assertRaises(core.CoreError.OtherRace):
            race.import_bundle((GOLDEN / "bundle-v0.bibtrail").read_bytes())
        before = race.overview()
        again = race.import_bundle((script.FOLDER / "race.bibtrail").read_bytes())
        self.assertEqual(again.new_operations, 0)
        self.assertEqual(race.overview(), before)


if __name__ == "__main__":
    unittest.main()
