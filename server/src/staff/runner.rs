//! One runner: why they are in their state, everything that was seen of them, and what may be said of them.
//!
//! Invariant: the evidence stands with who recorded it, and whether it counts.

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{Path, State},
    response::Response,
};
use bibtrail_clerk::{
    whom::Whom,
    words::{self, read_status},
};
use bibtrail_core::{
    ids::{Bib, Key, LogId, OpRef},
    op::StatusCode,
    state::Sighting,
    time::span,
    watch::Watched,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Follows, Here, desk, home, live_page, missing, watch};
use crate::{gate::Signed, hub::Hub, picture::Picture, when::Zone};

/// What a list calls a phone.
pub(super) fn phone_name(picture: &Picture, log: LogId) -> String {
    let phone = picture.heard.phones.iter().find(|phone| phone.log == log);
    phone.map_or_else(|| log.short(), |phone| phone.name.clone())
}

/// What a checkpoint is called.
pub(super) fn place_name<'a>(picture: &'a Picture, key: &'a Key) -> &'a str {
    picture.known.setup.checkpoint(key).map_or(key.as_str(), |c| &c.name)
}

/// The page.
pub async fn show(here: Here, Path((_, bib)): Path<(String, String)>) -> Response {
    let Here { signed, picture, .. } = &here;
    let Ok(bib) = Bib::new(&bib) else {
        return missing(
            "That is no bib: a bib has at most 16 characters and no spaces. Go back and search for the name.",
        );
    };
    let zone = Zone::of(&picture.known.setup);
    let runners: Vec<&Watched> = picture.watch.runners.iter().filter(|runner| runner.bib == bib).collect();
    let mut scans: Vec<&Sighting> = picture.known.scans.iter().filter(|scan| scan.bib == bib).collect();
    scans.sort_by_key(|scan| (scan.time_ms, scan.at));
    let live = html! {
        @if runners.is_empty() { h1 { "Bib " (bib) } p.lede { "Nobody entered under this bib, and nobody saw it." } }
        @for runner in runners { (why(picture, &zone, runner)) }
        (watch::said(signed, picture, watch::proposals(picture).get(&bib).map_or(&[], Vec::as_slice)))
        h2 { "Seen" }
        div.card { (sightings(signed, picture, &zone, &scans, &bib)) }
        (forms(signed, picture, &bib))
    };
    live_page(&here, ("-", &format!("Bib {bib}")), Follows::Live, &live)
}

fn why(picture: &Picture, zone: &Zone, runner: &Watched) -> Markup {
    let show = |ms: i64| zone.minute(ms);
    html! {
        h1 { span.bib { (runner.bib) } " " bdi { (runner.name) } }
        p.lede { span class=(watch::class(runner.state)) { (runner.state.as_str()) } ": " (runner.reason(&picture.known.setup, &show)) }
        div.card { dl.figures {
            @if let Some(seen) = &runner.last {
                (figure("Last seen", &html! { (at(picture, &seen.place.checkpoint)) " " (seen.place.kind.as_str()) " " (zone.time(seen.time_ms)) }))
            }
            @if let Some(seen) = &runner.unsure {
                (figure("By a phone that nobody approved", &html! { (at(picture, &seen.place.checkpoint)) " " (zone.time(seen.time_ms)) }))
            }
            @if let Some((place, due)) = &runner.due {
                (figure("Expected next", &html! { (at(picture, &place.checkpoint)) ", " (zone.minute(due.earliest_ms)) " to " (zone.minute(due.latest_ms)) }))
            }
            @if let Some(late) = runner.late_ms { (figure("Late by", &html! { (span(late / 60_000 * 60_000)) })) }
            @for silent in &runner.silent {
                @let since = silent.since_ms.map_or_else(|| "never".to_owned(), |ms| format!("since {}", zone.minute(ms)));
                (figure("No report", &html! { (at(picture, &silent.checkpoint)) ", " (since) }))
            }
            @if let Some(status) = &runner.status { (figure("Said", &html! { (status.value()) })) }
            @if let Some(word) = &runner.safety {
                @let said = if word.is_safe { "Said to be safe" } else { "Not known to be safe" };
                (figure(said, &html! { bdi { (word.place) } " " (zone.minute(word.said_ms)) ", by " bdi { (phone_name(picture, word.by)) } }))
            }
        } }
    }
}

fn figure(name: &str, what: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (what) } } }
}

fn at(picture: &Picture, key: &Key) -> Markup {
    html! { bdi { (place_name(picture, key)) } }
}

/// A list of scans, each of which may be taken out of the count.
pub(super) fn sightings(
    signed: &Signed,
    picture: &Picture,
    zone: &Zone,
    scans: &[&Sighting],
    bib: &Bib,
) -> Markup {
    html! {
        @if scans.is_empty() { p { "Never." } }
        @else {
            table.stack {
                thead { tr { th scope="col" { "When" } th scope="col" { "Where" } th scope="col" { "Recorded by" } th scope="col" { "Counts" } th scope="col" { "" } } }
                tbody { @for scan in scans { (sighting(signed, picture, zone, scan, bib)) } }
            }
        }
    }
}

fn sighting(signed: &Signed, picture: &Picture, zone: &Zone, scan: &Sighting, bib: &Bib) -> Markup {
    let source = scan.source.as_ref().map(|source| source.name.as_str());
    let counts = match (scan.is_void, scan.is_approved) {
        (true, _) => "taken out",
        (false, true) => "yes",
        (false, false) => "no: its phone is not approved",
    };
    html! {
        tr {
            td.time { (zone.time(scan.time_ms)) @if scan.set_ms.is_some() { " (set by a person)" } }
            td { bdi { (place_name(picture, &scan.checkpoint)) } " " (scan.kind.as_str()) }
            td { bdi { (phone_name(picture, scan.at.log)) } @if let Some(source) = source { ", from " bdi { (source) } } }
            td { (counts) }
            td {
                form.inline method="post" action=(format!("{}/void", home(signed.race))) {
                    input type="hidden" name="scan" value=(op_text(scan.at));
                    input type="hidden" name="bib" value=(bib.as_str());
                    input type="hidden" name="void" value=(!scan.is_void);
                    button.quiet type="submit" { @if scan.is_void { "Count it again" } @else { "Take it out" } }
                }
            }
        }
    }
}

/// An operation's whole name: log and place.
pub(super) fn op_text(at: OpRef) -> String {
    format!("{}:{}", at.log, at.seq)
}

/// The operation of that name.
pub(super) fn read_op(text: &str) -> Option<OpRef> {
    let (log, seq) = text.split_once(':')?;
    Some(OpRef { log: LogId::parse(log)?, seq: seq.parse().ok()? })
}

/// The checkpoints, to choose from.
pub(super) fn places(picture: &Picture, chosen: Option<&str>) -> Markup {
    html! {
        @for checkpoint in &picture.known.setup.checkpoints {
            option value=(checkpoint.key) selected[chosen == Some(checkpoint.key.as_str())] { (checkpoint.name) }
        }
    }
}

fn forms(signed: &Signed, picture: &Picture, bib: &Bib) -> Markup {
    let home = home(signed.race);
    html! {
        div.pair {
            section.card {
                h2 { "Safe" }
                form.say method="post" action=(format!("{home}/safe")) {
                    input type="hidden" name="bib" value=(bib.as_str());
                    label { "Where" input name="place" list="places" required maxlength="120" dir="auto"; }
                    datalist #places { (places(picture, None)) }
                    label { "Who says so, and how" input name="reason" required maxlength="300" dir="auto"; }
                    button type="submit" name="word" value="safe" { "They are safe" }
                    button.quiet type="submit" name="word" value="not" { "Not known any more" }
                }
            }
            section.card {
                h2 { "What became of them" }
                form.say method="post" action=(format!("{home}/status")) {
                    input type="hidden" name="bib" value=(bib.as_str());
                    label { "Status" select name="status" { @for code in StatusCode::ALL { option value=(code.as_str()) { (code.as_str()) } } } }
                    label { "Where" select name="checkpoint" { option value="" { "nowhere" } (places(picture, None)) } }
                    label { "Why" input name="reason" required maxlength="300" dir="auto"; }
                    button type="submit" { "Say so" }
                }
            }
        }
    }
}

/// What is said of a runner's safety.
#[derive(Deserialize)]
pub struct Safe {
    bib: String,
    place: String,
    reason: String,
    word: String,
}

/// Says that a runner is safe, or that it is not known any more.
pub async fn safe(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Form(given): Form<Safe>,
) -> Response {
    let (bib, is_safe) = (given.bib.clone(), given.word == "safe");
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        let whom = Whom::of(pen.store(), &given.bib)?;
        words::safe(pen, &whom, is_safe, given.place.trim(), Some(&given.reason))
    };
    let written = desk::write(&hub, &signed, work).await;
    let back = back(&bib);
    let tell = |()| {
        if is_safe {
            format!("Bib {bib} is said to be safe.")
        } else {
            format!("Bib {bib} is not known to be safe.")
        }
    };
    desk::answer(&hub, &signed, &back, written, tell).await
}

/// The way back to a runner's page.
fn back(bib: &str) -> String {
    format!("/runner/{}", percent_encoding::utf8_percent_encode(bib, percent_encoding::NON_ALPHANUMERIC))
}

/// What is said to have become of a runner.
#[derive(Deserialize)]
pub struct Became {
    bib: String,
    status: String,
    checkpoint: String,
    reason: String,
}

/// Says what became of a runner.
pub async fn status(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Form(given): Form<Became>,
) -> Response {
    let bib = given.bib.clone();
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        let whom = Whom::of(pen.store(), &given.bib)?;
        let place = Some(given.checkpoint.as_str()).filter(|place| !place.is_empty());
        let status = read_status(&pen.store().setup()?, &given.status, place)?;
        words::status(pen, &whom, &status, Some(&given.reason))?;
        Ok(status)
    };
    let written = desk::write(&hub, &signed, work).await;
    desk::answer(&hub, &signed, &back(&bib), written, |status| format!("Bib {bib}: {}.", status.value()))
        .await
}

/// A scan to be taken out of the count, or put back.
#[derive(Deserialize)]
pub struct Void {
    scan: String,
    bib: String,
    void: bool,
}

/// Takes a scan out of the count, or puts it back.
pub async fn void(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Form(given): Form<Void>,
) -> Response {
    let Some(scan) = read_op(&given.scan) else {
        return missing("No such scan is known here yet. Look at the runner again.");
    };
    let written =
        desk::write(&hub, &signed, move |pen| words::void(pen, scan, given.void, Some("at headquarters")))
            .await;
    let tell = |()| {
        if given.void {
            "The scan counts for nothing now.".to_owned()
        } else {
            "The scan counts again.".to_owned()
        }
    };
    desk::answer(&hub, &signed, &back(&given.bib), written, tell).await
}
