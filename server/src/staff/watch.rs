//! The first page: who is out, and why; and how old our knowledge of each checkpoint is.
//!
//! Invariant: the worst stands first, and what is not known stands beside what is. From here everybody who is missing is one
//! click away with all that is known of them.

use std::collections::BTreeMap;

use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use bibtrail_core::{
    ids::Bib,
    proposal::Proposal,
    watch::{self, State as Where, Station, Watched},
};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Follows, Here, home, live_page, page};
use crate::{gate::Signed, picture::Picture, when::Zone};

/// So many runners stand on one page; the worst are among them.
const SHOWN_MAX: usize = 500;

/// So many words of people who may not settle it stand beside a runner.
const SAID_MAX: usize = 4;

/// Where a runner's page is, below the race.
pub(super) fn runner_href(signed: &Signed, bib: &Bib) -> String {
    format!("{}/runner/{}", home(signed.race), utf8_percent_encode(bib.as_str(), NON_ALPHANUMERIC))
}

/// A state as a word for style: the first word of it.
pub(super) fn class(state: Where) -> String {
    let first = state.as_str().split([' ', ',']).next().unwrap_or_default();
    format!("state {first}")
}

/// Who is out.
pub async fn first(here: Here, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let Here { signed, picture, .. } = &here;
    let wanted = query.get("state").map(String::as_str);
    let is_wanted = |runner: &&Watched| match wanted {
        None => !runner.state.is_safe(),
        Some("all") => true,
        Some(word) => runner.state.as_str() == word,
    };
    let runners: Vec<&Watched> = picture.watch.runners.iter().filter(is_wanted).collect();
    let zone = Zone::of(&picture.known.setup);
    let live = html! {
        h1 { "Who is out" }
        p.lede { (picture.watch.summary()) ". As of " (zone.time(picture.watch.now_ms)) "." }
        (counts(signed, picture, wanted))
        div.card { (list(signed, picture, &zone, &runners)) }
        h2 { "What we know of each checkpoint" }
        div.card { (stations(signed, picture, &zone)) }
    };
    live_page(&here, ("", "Who is out"), Follows::Live, &live)
}

fn counts(signed: &Signed, picture: &Picture, wanted: Option<&str>) -> Markup {
    let home = home(signed.race);
    let link = |state: &str| format!("{home}?state={}", utf8_percent_encode(state, NON_ALPHANUMERIC));
    html! {
        div.chips {
            a href=(home) aria-current=[wanted.is_none().then_some("page")] { "Not safe" }
            @for (state, count) in picture.watch.counts() {
                @let word = state.as_str();
                a href=(link(word)) aria-current=[(wanted == Some(word)).then_some("page")] { (word) " " (count) }
            }
            a href=(link("all")) aria-current=[(wanted == Some("all")).then_some("page")] { "Everybody" }
        }
    }
}

fn list(signed: &Signed, picture: &Picture, zone: &Zone, runners: &[&Watched]) -> Markup {
    let show = |ms: i64| zone.minute(ms);
    let proposals = proposals(picture);
    let name =
        |runner: &Watched| if runner.is_entered { runner.name.clone() } else { "(not entered)".to_owned() };
    html! {
        @if runners.is_empty() { p { "Nobody." } }
        @else {
            table.stack.runners {
                thead { tr { th.n scope="col" { "Bib" } th scope="col" { "Name" } th scope="col" { "State" } th scope="col" { "Why" } } }
                tbody {
                    @for runner in runners.iter().take(SHOWN_MAX) {
                        tr id=(format!("w-{}", runner.bib)) {
                            td.n { a.bib href=(runner_href(signed, &runner.bib)) { (runner.bib) } }
                            td { a.name href=(runner_href(signed, &runner.bib)) { bdi { (name(runner)) } } }
                            td { span class=(class(runner.state)) { (runner.state.as_str()) } }
                            td { (runner.reason(&picture.known.setup, &show)) (said(signed, picture, proposals.get(&runner.bib).map_or(&[], Vec::as_slice))) }
                        }
                    }
                }
            }
            @if runners.len() > SHOWN_MAX { p.soft { (runners.len() - SHOWN_MAX) " more: choose a state above, or search." } }
        }
    }
}

/// What nobody has looked at so far, by bib; what comes from approved phones first.
pub(super) fn proposals(picture: &Picture) -> BTreeMap<&Bib, Vec<&Proposal>> {
    let mut by_bib: BTreeMap<&Bib, Vec<&Proposal>> = BTreeMap::new();
    for proposal in picture.known.proposals.iter().filter(|proposal| proposal.is_open_about(&proposal.bib)) {
        by_bib.entry(&proposal.bib).or_default().push(proposal);
    }
    by_bib.values_mut().for_each(|all| all.sort_by_key(|proposal| !proposal.is_urgent()));
    by_bib
}

/// What somebody said of a runner who may not settle it alone, with the way to where it is settled.
pub(super) fn said(signed: &Signed, picture: &Picture, proposals: &[&Proposal]) -> Markup {
    html! {
        @for proposal in proposals.iter().take(SAID_MAX) {
            p.soft {
                bdi { (proposal.author()) } " says: " bdi { (proposal.words(&picture.known.setup)) } ". "
                a href=(format!("{}/review", home(signed.race))) { "Not settled" }
            }
        }
        @if proposals.len() > SAID_MAX { p.soft { (proposals.len() - SAID_MAX) " more stand in the review." } }
    }
}

/// The checkpoints, with the age of what we know.
pub(super) fn stations(signed: &Signed, picture: &Picture, zone: &Zone) -> Markup {
    let show = |ms: i64| zone.minute(ms);
    let stage = |station: &Station| station.closing.stage(&station.checkpoint, &station.expected).as_str();
    html! {
        table.stack {
            thead { tr {
                th scope="col" { "Checkpoint" } th scope="col" { "Stage" } th.n scope="col" { "Seen" } th.n scope="col" { "To come" }
                th scope="col" { "What we know" } th scope="col" { "Phones" }
            } }
            tbody {
                @for station in &picture.watch.stations {
                    tr {
                        td { a.name href=(format!("{}/station/{}", home(signed.race), station.checkpoint)) { bdi { (station.name) } } }
                        td { (stage(station)) }
                        td.n { (station.bibs) }
                        td.n { (station.expected.len()) }
                        td { span class=[(station.unknown > 0).then_some("old")] { (station.report(picture.watch.now_ms, &show)) } }
                        td { @for phone in &station.phones { (phone_text(phone, zone)) " " } }
                    }
                }
            }
        }
    }
}

fn phone_text(phone: &watch::Phone, zone: &Zone) -> Markup {
    html! {
        bdi { (phone.name) } " "
        @match phone.last_ms { Some(ms) => { (zone.minute(ms)) } None => { "never heard of" } }
        @if phone.lacking() > 0 { span.old { " lacks " (phone.lacking()) } }
        ";"
    }
}

/// Finds a runner: a bib leads straight to them.
pub async fn find(
    Here { signed, picture, .. }: Here,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let wanted = query.get("q").map(|text| text.trim().to_lowercase()).unwrap_or_default();
    let runners = &picture.watch.runners;
    if let Some(runner) =
        runners.iter().find(|runner| runner.bib.as_str().to_lowercase() == wanted && !wanted.is_empty())
    {
        return Redirect::to(&runner_href(&signed, &runner.bib)).into_response();
    }
    let is_wanted = |runner: &&Watched| !wanted.is_empty() && runner.name.to_lowercase().contains(&wanted);
    let found: Vec<&Watched> = runners.iter().filter(is_wanted).collect();
    let zone = Zone::of(&picture.known.setup);
    let live = html! { h1 { "Found" } div.card { (list(&signed, &picture, &zone, &found)) } };
    page(&signed, &picture, "-", "Found", &live)
}
