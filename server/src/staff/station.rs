//! Checkpoints: who came in and went out, who is inside, who comes next, and the dialogue in which one is closed.
//!
//! Invariant: a step is about the list that stands on the page; if it is another by then, the code says so.

use axum::{Form, extract::Path, response::Response};
use bibtrail_clerk::{
    ClerkError,
    stations::{Station, Step},
};
use bibtrail_core::{
    closing::{self, Stage},
    ids::{Bib, Key},
    op::ScanKind,
    state::Sighting,
    watch::{State as Where, Watched},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Follows, Here, desk, home, live_page, missing, watch};
use crate::{gate::Signed, picture::Picture, when::Zone};

/// So many of the last who came or went are shown.
const LAST_MAX: usize = 12;

/// So many of those who come next are shown.
const NEXT_MAX: usize = 25;

/// All checkpoints.
pub async fn all(here: Here) -> Response {
    let Here { signed, picture, .. } = &here;
    let zone = Zone::of(&picture.known.setup);
    let live = html! { h1 { "Checkpoints" } div.card { (watch::stations(signed, picture, &zone)) } };
    live_page(&here, ("/stations", "Checkpoints"), Follows::Live, &live)
}

fn of(picture: &Picture, key: &str) -> Option<Station> {
    let checkpoint = picture.known.setup.checkpoints.iter().find(|c| c.key.as_str() == key)?;
    Some(Station {
        key: checkpoint.key.clone(),
        name: checkpoint.name.clone(),
        closing: picture.heard.closings.get(&checkpoint.key).cloned().unwrap_or_default(),
        expected: picture.watch.expected_at(&checkpoint.key),
    })
}

/// One checkpoint.
pub async fn show(here: Here, Path((_, key)): Path<(String, String)>) -> Response {
    let Here { signed, picture, .. } = &here;
    let Some(station) = of(picture, &key) else {
        return missing("The race has no such checkpoint. Those it has stand under Checkpoints.");
    };
    let zone = Zone::of(&picture.known.setup);
    let known = picture.watch.stations.iter().find(|known| known.checkpoint == station.key);
    let show = |ms: i64| zone.minute(ms);
    let live = html! {
        h1 { bdi { (station.name) } }
        @if let Some(known) = known { p.lede { (known.report(picture.watch.now_ms, &show)) ". " (known.bibs) " seen, " (station.expected.len()) " to come." } }
        div.pair {
            (lately(signed, picture, &zone, &station.key, ScanKind::In))
            (lately(signed, picture, &zone, &station.key, ScanKind::Out))
            (inside(signed, picture, &station.key))
            (next(signed, picture, &zone, &station.key))
        }
        h2 { "Closing" }
        div.card { (dialogue(signed, &station)) }
    };
    live_page(&here, ("-", &station.name), Follows::Live, &live)
}

fn lately(signed: &Signed, picture: &Picture, zone: &Zone, key: &Key, kind: ScanKind) -> Markup {
    let is_here = |scan: &&Sighting| scan.checkpoint == *key && scan.kind == kind && !scan.is_void;
    let mut scans: Vec<&Sighting> = picture.known.scans.iter().filter(is_here).collect();
    scans.sort_by_key(|scan| std::cmp::Reverse((scan.time_ms, scan.at)));
    html! {
        @if !scans.is_empty() || kind == ScanKind::In {
            section.card {
                h2 { @match kind { ScanKind::In => "In", ScanKind::Out => "Out" } " (" (scans.len()) " scans)" }
                ul.lines {
                    @for scan in scans.iter().take(LAST_MAX) {
                        li { (who(signed, picture, &scan.bib)) span.when { (zone.time(scan.time_ms)) } }
                    }
                }
            }
        }
    }
}

fn who(signed: &Signed, picture: &Picture, bib: &Bib) -> Markup {
    let name = picture.watch.find(bib).map(|runner| runner.name.as_str()).unwrap_or_default();
    html! { a href=(watch::runner_href(signed, bib)) { span.bib { (bib) } " " bdi { (name) } } }
}

fn inside(signed: &Signed, picture: &Picture, key: &Key) -> Markup {
    let is_inside = |runner: &&Watched| {
        runner.state == Where::Inside
            && runner.last.as_ref().is_some_and(|seen| seen.place.checkpoint == *key)
    };
    let inside: Vec<&Watched> = picture.watch.runners.iter().filter(is_inside).collect();
    html! {
        @if !inside.is_empty() {
            section.card { h2 { "Inside (" (inside.len()) ")" } ul.lines { @for runner in inside { li { (who(signed, picture, &runner.bib)) } } } }
        }
    }
}

fn next(signed: &Signed, picture: &Picture, zone: &Zone, key: &Key) -> Markup {
    let due = |runner: &'_ Watched| {
        let (place, expected) = runner.due.as_ref().filter(|(place, _)| place.checkpoint == *key)?;
        (place.checkpoint == *key).then_some((expected.likely_ms, expected.latest_ms))
    };
    let runners = picture.watch.runners.iter();
    let mut next: Vec<(i64, i64, &Watched)> =
        runners.filter_map(|runner| due(runner).map(|(likely, latest)| (likely, latest, runner))).collect();
    next.sort_by_key(|(likely, latest, runner)| (*likely, *latest, &runner.bib));
    html! {
        section.card {
            h2 { "Expected next (" (next.len()) ")" }
            ul.lines {
                @for (likely, latest, runner) in next.iter().take(NEXT_MAX) {
                    li { (who(signed, picture, &runner.bib)) span.when { (zone.minute(*likely)) ", at the latest " (zone.minute(*latest)) } }
                }
            }
        }
    }
}

fn dialogue(signed: &Signed, station: &Station) -> Markup {
    let (stage, code) =
        (station.stage(), closing::code(&station.key, station.closing.round, &station.expected));
    let bibs: Vec<String> = station.expected.iter().map(ToString::to_string).collect();
    let action = format!("{}/close/{}", home(signed.race), station.key);
    html! {
        p { strong { (stage.as_str()) } }
        p { "Still to come: " (if bibs.is_empty() { "nobody".to_owned() } else { bibs.join(", ") }) }
        p.soft { "Code of this list: " strong { (code) } ", " (closing::phonetic(&code)) }
        @if let Some(last) = &station.closing.last { p { "Last through: " (last) } }
        @if station.closing.is_swept { p { "The sweepers passed." } }
        @for answer in station.closing.answers.iter().filter(|_| stage == Stage::Contested) {
            p.old { "One answer: came " (list(&answer.came)) "; out " (list(&answer.out)) "; dropped " (list(&answer.dropped)) }
        }
        details {
            summary { "To be read out by radio" }
            @for line in closing::script(&station.key, &station.name, &station.closing, &station.expected) { p { (line) } }
        }
        form.steps method="post" action=(action) {
            input type="hidden" name="code" value=(code);
            button type="submit" name="act" value="ask" { "Headquarters asks" }
            button.quiet type="submit" name="act" value="swept" { "The sweepers passed" }
        }
        form.steps method="post" action=(action) {
            label { "The station's answer, as it is heard" input name="heard" required maxlength="600" placeholder="code came 12 13 out 14 dropped 15"; }
            button type="submit" name="act" value="answer" { "Write the answer" }
        }
        form.steps method="post" action=(action) {
            label { "Last through" input name="bib" required maxlength="16"; }
            button.quiet type="submit" name="act" value="last" { "Say so" }
        }
        form.steps method="post" action=(action) {
            input type="hidden" name="code" value=(code);
            label { "Reason, where it is not ready or is opened again" input name="reason" maxlength="300" dir="auto"; }
            button type="submit" name="act" value="release" { "Let the station go" }
            button.quiet type="submit" name="act" value="reopen" { "Open it again" }
        }
    }
}

fn list(bibs: &[Bib]) -> String {
    bibs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// A step of the dialogue.
#[derive(Deserialize)]
pub struct Said {
    act: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    heard: String,
    #[serde(default)]
    bib: String,
    #[serde(default)]
    reason: String,
}

/// Takes a step of the dialogue.
pub async fn close(
    Here { hub, signed, picture, .. }: Here,
    Path((_, key)): Path<(String, String)>,
    Form(given): Form<Said>,
) -> Response {
    let Some(station) = of(&picture, &key) else {
        return missing("The race has no such checkpoint. Those it has stand under Checkpoints.");
    };
    let back = format!("/station/{}", station.key);
    let now = closing::code(&station.key, station.closing.round, &station.expected);
    let is_of_list = given.act == "ask" || given.act == "release";
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        if is_of_list && given.code != now {
            // Somebody came through since the page was made.
            return Err(ClerkError::ListChanged);
        }
        let answer =
            (given.act == "answer").then(|| station.answer(&given.heard, [&[], &[], &[]])).transpose()?;
        let step = Step {
            asks: given.act == "ask",
            answer,
            last: (given.act == "last").then(|| given.bib.trim().to_owned()),
            is_swept: given.act == "swept",
            releases: given.act == "release",
            reopens: given.act == "reopen",
            reason: Some(given.reason.trim().to_owned()).filter(|reason| !reason.is_empty()),
        };
        station.take(pen, &step)
    };
    let written = desk::write(&hub, &signed, work).await;
    desk::answer(&hub, &signed, &back, written, |()| "It is said.".to_owned()).await
}
