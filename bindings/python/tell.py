"""What the library says, as lines that are the same in every language (docs/phones.md, "The script")."""

from bibtrail_core import clock_text


def word(value):
    """A word of an enumeration, in small letters."""
    return value.name.lower().replace("_", "-")


def yes(is_so):
    return "yes" if is_so else "no"


def line(wording):
    def shown(value):
        for name in ("word", "number", "time_ms", "span_ms", "key"):
            if hasattr(value, name):
                return str(getattr(value, name))
        raise AssertionError(f"{value} is no value of a wording")

    return wording.key + "".join(f" {arg.name}={shown(arg.value)}" for arg in wording.args)


def every(wordings):
    return "; ".join(line(wording) for wording in wordings)


def badge(it):
    return [
        f"badge {it.bib} {it.name} at={it.place.key} way={word(it.way)} clock={it.clock} time={it.time_ms} "
        f"on-disk={yes(it.is_confirmed)} void={yes(it.is_void)} held={it.held_by} tone={word(it.tone)} "
        f"sound={word(it.sound)} haptic={word(it.haptic)} until={it.undo_until_ms}",
        f"says {every([it.headline, it.held, it.announce])}",
        f"warns {every(it.warnings)}",
    ]


def record(it):
    place = it.place
    counts = "; ".join(f"{word(count.way)} {count.runners}" for count in it.counts)
    return [
        f"record {it.race} at={place.key if place else ''} {place.name if place else ''} "
        f"both={yes(place is not None and place.has_both_ways)} waiting={it.pending_scans} "
        f"unconfirmed={it.unconfirmed} now={it.now_ms} "
        f"clock={'-' if it.zone is None else clock_text(it.zone, it.now_ms)}",
        f"counts {counts} time={word(it.time_way)} "
        f"camera={'-' if it.camera_way is None else word(it.camera_way)} without-bib={it.times_waiting}",
        f"says {every([it.pending, it.role])}",
        f"notices {every(notice.text for notice in it.notices)}",
    ]


def checkpoint(it):
    def runner(listed, one):
        due = "-" if one.due_ms is None else one.due_ms
        acts = ",".join(word(offer.act) for offer in one.acts)
        return (
            f"{listed} {one.bib} {one.name} tone={word(one.tone)} due={due} acts={acts} "
            f"{line(one.state)}: {every(one.details)}"
        )

    return (
        [f"checkpoint {it.place.key} seen={it.seen} tone={word(it.staleness_tone)} {line(it.staleness)}"]
        + [runner("inside", one) for one in it.inside]
        + [runner("dropped", one) for one in it.dropped]
        + [runner("expected", one) for one in it.expected]
        + [runner("missing", one) for one in it.missing]
    )


def corrections(it):
    return [
        f"entry {one.bib} {one.name} at={one.place.key} way={word(one.way)} clock={one.clock} own={yes(one.is_own)} "
        f"void={yes(one.is_void)} on-disk={yes(one.is_confirmed)} approved={yes(one.is_approved)}: {every(one.marks)}"
        for one in it.lines
    ]


def devices(it):
    return (
        [
            f"device {one.name} {one.log} at={one.place.key if one.place else ''} this={yes(one.is_this)} "
            f"operations={one.operations} {line(one.role)}: {line(one.met)}; {line(one.lacks) if one.lacks else '-'}"
            for one in it.devices
        ]
        + [f"says {every([it.pending, it.clock.text])}"]
        + [f"server {server.address} {server.log or '-'}" for server in it.servers]
    )


def closing(it):
    return [
        f"closing {it.place.key} tone={word(it.tone)} {line(it.stage)} expected={','.join(it.expected)} "
        f"code={it.code} ({it.code_spoken}) asked={it.asked_code or '-'} next={','.join(word(act) for act in it.next)}"
    ]


def review(it):
    return [
        f"finding {one.finding} {line(one.kind)} bibs={','.join(one.bibs)} "
        f"at={one.place.key if one.place else '-'} suggestions={len(one.suggestions)}"
        for one in it.findings
    ] + [f"missed {it.missed}"]
