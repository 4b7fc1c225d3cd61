//! Review with the evidence, and conflicts; each is settled by one button.
//!
//! Invariant: what is written is what stood on the page. Nothing is applied by itself.

use std::sync::Arc;

use axum::{Extension, Form, extract::State, response::Response};
use bibtrail_clerk::{
    findings::{self, is_plain_gap, short},
    words::{self, show_value},
};
use bibtrail_core::{
    op::{Entity, field_name},
    review::Finding,
    state::Sighting,
    store::Conflict,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Follows, Here, desk, home, live_page, missing, runner, watch};
use crate::{gate::Signed, hub::Hub, picture::Picture, when::Zone};

/// So many findings stand on one page, the worst first.
const SHOWN_MAX: usize = 100;

/// The list.
pub async fn review(here: Here) -> Response {
    let Here { signed, picture, .. } = &here;
    let worked_out = {
        let picture = picture.clone();
        // It takes a while with a large field: not on a thread that answers others.
        tokio::task::spawn_blocking(move || picture.findings().len()).await
    };
    if worked_out.is_err() {
        return missing(
            "The review could not be worked out. Load the page again; if that does not help, run `bibtrail review` on another replica and tell headquarters.",
        );
    }
    let open: Vec<&Finding> =
        picture.findings().iter().filter(|f| !f.is_dismissed && !is_plain_gap(f)).collect();
    let gaps = picture.findings().iter().filter(|f| !f.is_dismissed && is_plain_gap(f)).count();
    let zone = Zone::of(&picture.known.setup);
    let live = html! {
        h1 { "Review" }
        p.lede { (open.len()) " records want a look. Nothing is changed before somebody says so." }
        @if gaps > 0 { p.soft { (gaps) " more only lack a sighting somewhere, and nothing suggests where from." } }
        @for finding in open.iter().take(SHOWN_MAX) { (card(signed, picture, &zone, finding)) }
        @if open.len() > SHOWN_MAX { p.soft { (open.len() - SHOWN_MAX) " more when these are settled." } }
    };
    live_page(&here, ("/review", "Review"), Follows::Held, &live)
}

fn card(signed: &Signed, picture: &Picture, zone: &Zone, finding: &Finding) -> Markup {
    let action = format!("{}/review", home(signed.race));
    let scans: Vec<&Sighting> = finding.scans.iter().filter_map(|at| picture.known.scans.find(*at)).collect();
    html! {
        section.card id=(format!("f-{}", finding.id)) {
            h2 { (finding.text) }
            p.sub {
                span { (finding.kind.as_str()) }
                @for bib in &finding.bibs { span { a href=(watch::runner_href(signed, bib)) { "bib " (bib) } } }
                @if let Some(ms) = finding.time_ms { span { (zone.time(ms)) } }
            }
            ul.lines { @for scan in scans { (evidence(picture, zone, scan)) } }
            @for (n, suggestion) in (1..).zip(&finding.suggestions) {
                form.inline method="post" action=(action) {
                    input type="hidden" name="finding" value=(finding.id);
                    input type="hidden" name="n" value=(n);
                    button.quiet[n > 1] type="submit" name="act" value="accept" { (suggestion.reason) }
                }
            }
            form.inline method="post" action=(action) {
                input type="hidden" name="finding" value=(finding.id);
                button.quiet type="submit" name="act" value="dismiss" { "It is nothing" }
            }
        }
    }
}

fn evidence(picture: &Picture, zone: &Zone, scan: &Sighting) -> Markup {
    html! {
        li {
            span { span.bib { (scan.bib) } " " bdi { (runner::place_name(picture, &scan.checkpoint)) } " " (scan.kind.as_str())
                ", by " bdi { (runner::phone_name(picture, scan.at.log)) } @if !scan.is_approved { " (not approved)" } }
            span.when { (zone.time(scan.time_ms)) }
        }
    }
}

/// What is said of a finding.
#[derive(Deserialize)]
pub struct Settled {
    finding: String,
    act: String,
    n: Option<String>,
}

/// Writes a suggestion, or that the finding is nothing.
pub async fn settle(Here { hub, signed, picture, .. }: Here, Form(given): Form<Settled>) -> Response {
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        let finding = findings::find(picture.findings(), &given.finding)?;
        if given.act == "dismiss" {
            findings::dismiss(pen, finding, true, Some("looked at headquarters"))?;
            return Ok(format!("{} is nothing: {}", short(finding), finding.text));
        }
        let suggestion = findings::suggestion(finding, given.n.as_deref())?;
        findings::accept(pen, &suggestion.acts, &suggestion.reason)?;
        Ok(suggestion.reason.clone())
    };
    let written = desk::write(&hub, &signed, work).await;
    desk::answer(&hub, &signed, "/review", written, |text| text).await
}

/// What an entity is called.
fn entity_name(picture: &Picture, entity: &Entity) -> String {
    match entity {
        Entity::Entrant(id) => {
            let entrant = picture.known.entrants.iter().find(|entrant| entrant.id == *id);
            entrant.map_or_else(
                || entity.to_string(),
                |entrant| {
                    let bib = entrant.bib.as_ref().map(|bib| format!("bib {bib}, ")).unwrap_or_default();
                    format!("{bib}{}", entrant.name)
                },
            )
        }
        Entity::Scan(at) => {
            let scan = picture.known.scans.find(*at);
            let zone = Zone::of(&picture.known.setup);
            let told = |scan: &Sighting| {
                format!("scan of bib {} at {}, {}", scan.bib, scan.checkpoint, zone.time(scan.time_ms))
            };
            scan.map_or_else(|| entity.to_string(), told)
        }
        Entity::Bib(bib) => format!("bib {bib}"),
        other => other.to_string(),
    }
}

/// Where people said different things.
pub async fn conflicts(here: Here) -> Response {
    let Here { signed, picture, .. } = &here;
    let live = html! {
        h1 { "Conflicts" }
        @if picture.conflicts.is_empty() { p.lede { "Nobody contradicts anybody." } }
        @else { p.lede { "People said different things at the same time. Choose what is right: it goes to every phone." } }
        @for conflict in picture.conflicts.iter().take(SHOWN_MAX) { (contended(signed, picture, conflict)) }
    };
    live_page(&here, ("/conflicts", "Conflicts"), Follows::Held, &live)
}

fn contended(signed: &Signed, picture: &Picture, conflict: &Conflict) -> Markup {
    let clock = bibtrail_clerk::clock::RaceClock::new(&picture.known.setup);
    html! {
        section.card {
            h2 { bdi { (entity_name(picture, &conflict.entity)) } ": " (field_name(conflict.field)) }
            @for (n, sibling) in (1..).zip(&conflict.siblings) {
                form.say method="post" action=(format!("{}/conflicts", home(signed.race))) {
                    input type="hidden" name="conflict" value=(conflict.id());
                    input type="hidden" name="value" value=(format!("#{n}"));
                    p { strong { bdi { (show_value(&clock, conflict.field, &sibling.value)) } }
                        ", says " bdi { (runner::phone_name(picture, sibling.at.log)) }
                        @if sibling.at == conflict.provisional.at { " (shown until then)" } }
                    label { "Why" input name="reason" required maxlength="300" dir="auto"; }
                    button type="submit" { "This is right" }
                }
            }
        }
    }
}

/// What is right.
#[derive(Deserialize)]
pub struct Right {
    conflict: String,
    value: String,
    reason: String,
}

/// Settles a conflict.
pub async fn resolve(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Form(given): Form<Right>,
) -> Response {
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        let clock = bibtrail_clerk::clock::RaceClock::new(&pen.store().setup()?);
        let (conflict, value) = words::resolve(pen, &given.conflict, &given.value, Some(&given.reason))?;
        Ok(format!("{} is {}.", field_name(conflict.field), show_value(&clock, conflict.field, &value)))
    };
    let written = desk::write(&hub, &signed, work).await;
    desk::answer(&hub, &signed, "/conflicts", written, |text| text).await
}
