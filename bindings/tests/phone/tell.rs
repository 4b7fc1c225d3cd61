//! What the library says, as lines that are the same in every language. The lines are described in `docs/phones.md`.

use bibtrail_bindings::{
    screen::{
        Badge, CheckpointScreen, ClosingScreen, CorrectionsScreen, DevicesScreen, RecordScreen, ReviewScreen,
        RunnerLine, Way, clock_text,
    },
    words::Wording,
};

/// A word of an enumeration, in small letters.
pub(crate) fn word(value: impl std::fmt::Debug) -> String {
    let name = format!("{value:?}");
    let mut word = String::new();
    for (n, letter) in name.chars().enumerate() {
        if n > 0 && letter.is_uppercase() {
            word.push('-');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

fn yes(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

pub(crate) fn all<'a>(texts: impl IntoIterator<Item = &'a Wording>) -> String {
    texts.into_iter().map(Wording::line).collect::<Vec<_>>().join("; ")
}

pub(crate) fn badge(badge: &Badge) -> Vec<String> {
    vec![
        format!(
            "badge {} {} at={} way={} clock={} time={} on-disk={} void={} held={} tone={} sound={} haptic={} until={}",
            badge.bib,
            badge.name,
            badge.place.key,
            word(badge.way),
            badge.clock,
            badge.time_ms,
            yes(badge.is_confirmed),
            yes(badge.is_void),
            badge.held_by,
            word(badge.tone),
            word(badge.sound),
            word(badge.haptic),
            badge.undo_until_ms,
        ),
        format!("says {}", all([&badge.headline, &badge.held, &badge.announce])),
        format!("warns {}", all(&badge.warnings)),
    ]
}

pub(crate) fn record(screen: &RecordScreen) -> Vec<String> {
    let place = screen.place.as_ref();
    let counts = screen.counts.iter();
    let counts: Vec<String> = counts.map(|count| format!("{} {}", word(count.way), count.runners)).collect();
    vec![
        format!(
            "record {} at={} {} both={} waiting={} unconfirmed={} now={} clock={}",
            screen.race,
            place.map_or("", |place| &place.key),
            place.map_or("", |place| &place.name),
            yes(place.is_some_and(|place| place.has_both_ways)),
            screen.pending_scans,
            screen.unconfirmed,
            screen.now_ms,
            screen
                .zone
                .as_ref()
                .map_or_else(|| "-".to_owned(), |zone| clock_text(zone, screen.now_ms).unwrap()),
        ),
        format!(
            "counts {} time={} camera={} without-bib={}",
            counts.join("; "),
            word(screen.time_way),
            screen.camera_way.map_or_else(|| "-".to_owned(), word),
            screen.times_waiting,
        ),
        format!("says {}", all([&screen.pending, &screen.role])),
        format!("notices {}", all(screen.notices.iter().map(|notice| &notice.text))),
    ]
}

fn runner(list: &str, runner: &RunnerLine) -> String {
    let due = runner.due_ms.map_or("-".to_owned(), |ms| ms.to_string());
    let acts: Vec<String> = runner.acts.iter().map(|offer| word(offer.act)).collect();
    format!(
        "{list} {} {} tone={} due={due} acts={} {}: {}",
        runner.bib,
        runner.name,
        word(runner.tone),
        acts.join(","),
        runner.state.line(),
        all(&runner.details)
    )
}

pub(crate) fn checkpoint(screen: &CheckpointScreen) -> Vec<String> {
    let mut lines = vec![format!(
        "checkpoint {} seen={} tone={} {}",
        screen.place.key,
        screen.seen,
        word(screen.staleness_tone),
        screen.staleness.line()
    )];
    lines.extend(screen.inside.iter().map(|line| runner("inside", line)));
    lines.extend(screen.dropped.iter().map(|line| runner("dropped", line)));
    lines.extend(screen.expected.iter().map(|line| runner("expected", line)));
    lines.extend(screen.missing.iter().map(|line| runner("missing", line)));
    lines
}

pub(crate) fn corrections(screen: &CorrectionsScreen) -> Vec<String> {
    let line = |line: &bibtrail_bindings::screen::ScanLine| {
        format!(
            "entry {} {} at={} way={} clock={} own={} void={} on-disk={} approved={}: {}",
            line.bib,
            line.name,
            line.place.key,
            word(line.way),
            line.clock,
            yes(line.is_own),
            yes(line.is_void),
            yes(line.is_confirmed),
            yes(line.is_approved),
            all(&line.marks)
        )
    };
    screen.lines.iter().map(line).collect()
}

pub(crate) fn devices(screen: &DevicesScreen) -> Vec<String> {
    let line = |device: &bibtrail_bindings::screen::DeviceLine| {
        format!(
            "device {} {} at={} this={} operations={} {}: {}; {}",
            device.name,
            device.log,
            device.place.as_ref().map_or("", |place| &place.key),
            yes(device.is_this),
            device.operations,
            device.role.line(),
            device.met.line(),
            device.lacks.as_ref().map_or("-".to_owned(), Wording::line),
        )
    };
    let mut lines: Vec<String> = screen.devices.iter().map(line).collect();
    lines.push(format!("says {}", all([&screen.pending, &screen.clock.text])));
    lines.extend(
        screen
            .servers
            .iter()
            .map(|server| format!("server {} {}", server.address, server.log.as_deref().unwrap_or("-"))),
    );
    lines
}

pub(crate) fn closing(screen: &ClosingScreen) -> Vec<String> {
    let next: Vec<String> = screen.next.iter().map(word).collect();
    vec![format!(
        "closing {} tone={} {} expected={} code={} ({}) asked={} next={}",
        screen.place.key,
        word(screen.tone),
        screen.stage.line(),
        screen.expected.join(","),
        screen.code,
        screen.code_spoken,
        screen.asked_code.as_deref().unwrap_or("-"),
        next.join(","),
    )]
}

pub(crate) fn review(screen: &ReviewScreen) -> Vec<String> {
    let mut lines: Vec<String> = screen
        .findings
        .iter()
        .map(|finding| {
            format!(
                "finding {} {} bibs={} at={} suggestions={}",
                finding.finding,
                finding.kind.line(),
                finding.bibs.join(","),
                finding.place.as_ref().map_or("-", |place| &place.key),
                finding.suggestions.len()
            )
        })
        .collect();
    lines.push(format!("missed {}", screen.missed));
    lines
}

pub(crate) fn way(text: &str) -> Way {
    match text {
        "in" => Way::In,
        "out" => Way::Out,
        other => panic!("{other} is no way"),
    }
}
