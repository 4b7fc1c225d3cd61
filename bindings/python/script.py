"""Plays a script: each line is what one phone does at one moment (docs/phones.md, "The script")."""

import os
import pathlib
import re
import shutil
import tempfile

import bibtrail_core as core
import tell
from host import Keys, SetClock

#: Where the files of the script lie.
FOLDER = pathlib.Path(os.environ.get("BIBTRAIL_PHONE_DATA") or "../../tests/data/phone").resolve()

WAYS = {"in": core.Way.IN, "out": core.Way.OUT}
ACTS = {
    "dropped-here": core.RunnerAct.DROPPED_HERE,
    "back-in-race": core.RunnerAct.BACK_IN_RACE,
    "safe-here": core.RunnerAct.SAFE_HERE,
}
STATUS = {"dns": core.StatusWord.DNS, "dnf": core.StatusWord.DNF}


def error_name(error):
    """The variant of an error, in small letters: `CoreError.BadBib` is `bad-bib`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()


def entry(bib, way=core.Way.IN, checkpoint=None, at=None):
    return core.Entry(bib=bib, way=way, checkpoint=checkpoint, at=at, with_pacer=None)


def meet(from_, to):
    """Two phones meet over a pipe that this owns."""
    dialling, answering = from_.begin_sync(None), to.answer_sync()
    sent = dialling.receive(b"")
    while sent:
        sent = dialling.receive(answering.receive(sent))
    there, here = answering.ended(), dialling.state()
    flag = lambda is_so: str(is_so).lower()
    return [
        f"here {tell.line(here.text)} over={flag(here.is_over)} same={flag(here.is_same)} tone={tell.word(here.tone)}",
        f"there {tell.line(there.text)} over={flag(there.is_over)} same={flag(there.is_same)}",
    ]


def took(report):
    return [f"took {report.new_operations} {report.held_operations} {len(report.refused)}"]


def said(report):
    return [f"said {report.operations} {report.proposals}"]


class Phone:
    """One phone of the script."""

    def __init__(self, name, number, link, checkpoint, ms):
        self.folder = tempfile.mkdtemp()
        self.clock, self.keys = SetClock(name, number), Keys(number)
        self.clock.ms = ms
        request = core.JoinRequest(folder=self.folder, link=link, name=name, checkpoint=checkpoint)
        self.race = core.Race.join(request, self.clock, self.keys)
        self.last = ""

    def record(self, bib, way):
        badge = self.race.record(entry(bib, way))
        self.last = badge.scan
        return tell.badge(badge)

    def pad(self, keys):
        pad, told = core.KeyPad(digits=""), []
        for key in keys:
            if key == "<":
                pressed = core.PadKey.DELETE()
            elif key in WAYS:
                pressed = core.PadKey.RECORD(way=WAYS[key])
            else:
                pressed = core.PadKey.CHARACTER(character=key)
            step = core.press(pad, pressed)
            told.append(f"pad {step.pad.digits} sound={tell.word(step.sound)} haptic={tell.word(step.haptic)}")
            pad = step.pad
            if step.record is not None:
                told += self.record(step.record.bib, step.record.way)
        return told

    def screen(self, name):
        if name == "record":
            return tell.record(self.race.record_screen())
        if name == "checkpoint":
            return tell.checkpoint(self.race.checkpoint_screen(None))
        if name == "corrections":
            return tell.corrections(self.race.corrections_screen(8, None))
        if name == "devices":
            return tell.devices(self.race.devices_screen())
        if name == "closing":
            return tell.closing(self.race.closing_screen(None))
        if name == "review":
            return tell.review(self.race.review_screen(None))
        raise AssertionError(f"{name} is no screen")

    def restart(self):
        self.race.shut_down()
        self.race = core.Race.open(self.folder, self.clock, self.keys)
        return []


class Stage:
    """All phones of a script."""

    def __init__(self):
        lines = (FOLDER / "tickets.txt").read_text(encoding="utf-8").splitlines()
        self.tickets = dict(line.split(" ", 1) for line in lines)
        self.phones = {}

    def close(self):
        for phone in self.phones.values():
            phone.race.shut_down()
            shutil.rmtree(phone.folder)

    def play(self, name, ms, verb, *args):
        for phone in self.phones.values():
            phone.clock.ms = ms
        if verb == "join":
            link = self.tickets[args[0]]
            self.phones[name] = Phone(name, len(self.phones) + 1, link, args[1], ms)
            return [f"joined {self.phones[name].race.overview().log}"]
        phone = self.phones[name]
        race = phone.race
        if verb in ("meet", "carry", "show"):
            return self.between(race, verb, self.phones[args[0]].race)
        if verb == "merge":
            return took(race.import_bundle((FOLDER / args[0]).read_bytes()))
        if verb == "record":
            return phone.record(args[0], WAYS[args[1]])
        if verb == "time":
            return phone.record("", WAYS[args[0]])
        if verb == "bib":
            return tell.badge(race.give_bib(phone.last, args[0]))
        if verb == "undo":
            return tell.badge(race.undo(phone.last))
        if verb == "amend":
            amendment = core.Amendment(bib=args[0], time_ms=None, checkpoint=None, way=None, note=None)
            return said(race.amend(phone.last, amendment, "typed wrong"))
        if verb == "status":
            return said(race.say_status(args[0], STATUS[args[1]], args[2], None))
        if verb == "say":
            return said(race.say_of_runner(args[0], ACTS[args[1]], None))
        if verb == "safe":
            return said(race.say_safe(args[0], True, args[1], None))
        if verb == "close":
            return said(race.close_step("aid", core.ClosingAct.ASK, None, None))
        if verb == "code":
            read = race.read_code(self.tickets.get(args[0], args[0]).encode())
            return [f"code {tell.word(read.kind)} {read.bib} tone={tell.word(read.tone)} {tell.line(read.text)}"]
        if verb == "pad":
            return phone.pad(args)
        if verb == "screen":
            return phone.screen(args[0])
        if verb == "sleep":
            rest = race.suspend()
            return [f"rest {str(rest.is_at_rest).lower()} {rest.unconfirmed}"]
        if verb == "wake":
            race.resume()
            return []
        if verb == "restart":
            return phone.restart()
        if verb == "digest":
            over = race.overview()
            return [
                f"digest {over.operations} {over.operations_digest}",
                f"state {over.state_digest}",
                f"log {over.log} {over.own_seq}",
            ]
        raise AssertionError(f"{verb} is no word of the script")

    def between(self, from_, verb, to):
        if verb == "meet":
            return meet(from_, to)
        if verb == "carry":
            return took(to.import_bundle(from_.export_bundle()))
        # Every third frame is lost.
        show, take, n = from_.show_frames(), core.FrameTake(), 0
        while True:
            n += 1
            frame = show.next_frame()
            if n % 3 != 0:
                payload = take.push(frame).payload
                if payload is not None:
                    return took(to.import_bundle(payload))


def play(script):
    """What the script's lines lead to, each below its line."""
    stage, told = Stage(), []
    for line in script.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        name, ms, verb, *args = words
        try:
            lines = stage.play(name, int(ms), verb, *args)
        except core.CoreError as error:
            lines = [f"error {error_name(error)}"]
        told.append(f"> {' '.join(words)}")
        told += [line.rstrip() for line in lines]
    stage.close()
    return "".join(f"{line}\n" for line in told)
