//! Devices and those who signed in: when they were last met, what they hold that is not here, and what they may.
//!
//! Invariant: who may not decide about a phone is told so, and nothing is written.

use std::sync::Arc;

use axum::{Extension, Form, extract::State, response::Response};
use bibtrail_core::{
    ids::{Key, LogId},
    members::Members,
    op::{Approve, Body, Revoke, Role},
    watch::Phone,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Follows, Here, desk, home, live_page, missing, runner};
use crate::{batteries::Told, gate::Signed, hub::Hub, when::Zone};

/// The list.
pub async fn show(here: Here) -> Response {
    let Here { hub, signed, picture, .. } = &here;
    let zone = Zone::of(&picture.known.setup);
    let people = hub.sessions.of(signed.race);
    let live = html! {
        h1 { "Devices" }
        @for phone in &picture.heard.phones { (device(&here, &zone, phone)) }
        h2 { "Signed in here" }
        div.card { ul.lines { @for session in &people {
            li {
                span { bdi { (session.person.name) } ", " (session.person.role(&picture.members).as_str())
                    ", ticket " code { (session.person.proof.ticket.key.short()) } }
                form.inline method="post" action=(format!("{}/devices", home(signed.race))) {
                    input type="hidden" name="log" value=(session.person.proof.ticket.key);
                    input type="hidden" name="role" value="";
                    button.quiet type="submit" name="act" value="revoke" { "Revoke the ticket" }
                }
            }
        } } }
    };
    live_page(&here, ("/devices", "Devices"), Follows::Held, &live)
}

fn device(here: &Here, zone: &Zone, phone: &Phone) -> Markup {
    let Here { hub, signed, picture, .. } = here;
    let race = signed.at(hub);
    let own = race.map(|race| race.identity().log());
    let battery = race.and_then(|race| race.batteries.of(phone.log));
    let standing = picture.members.standing(phone.log);
    let role = standing.role.map_or("not approved", Role::as_str);
    let scans = picture.known.scans.of_log(phone.log).iter();
    let moment = scans.max_by_key(|scan| scan.at.seq).and_then(|scan| scan.moment);
    html! {
        section.card {
            h2 { bdi { (phone.name) } @if own == Some(phone.log) { " (this server)" } }
            p.sub {
                span { code { (phone.log.short()) } }
                span { (role) @if standing.cut.is_some() { ", revoked" } }
                @if let Some(key) = &phone.checkpoint { span { bdi { (runner::place_name(picture, key)) } } }
            }
            dl.figures {
                div { dt { "Last heard of" } dd { @match phone.last_ms { Some(ms) => { (zone.time(ms)) } None => { "never" } } } }
                div { dt { "Records here" } dd { (phone.held) } }
                @if phone.lacking() > 0 { div { dt { "Not here yet" } dd.old { (phone.lacking()) } } }
                @if let Some(moment) = moment {
                    @let within_ms = (moment.latest_ms - moment.earliest_ms + 1) / 2;
                    div { dt { "Clock" } dd { "± " (bibtrail_core::view::seconds(within_ms)) " s" } }
                }
                @if let Some(told) = battery { (charge(told, zone)) }
            }
            @if own != Some(phone.log) {
                form.say method="post" action=(format!("{}/devices", home(signed.race))) {
                    input type="hidden" name="log" value=(phone.log);
                    label { "Role" select name="role" { option value="volunteer" { "volunteer" } option value="captain" selected[standing.role == Some(Role::Captain)] { "captain" } } }
                    label { "Where" select name="checkpoint" { option value="" { "nowhere" } (runner::places(picture, phone.checkpoint.as_ref().map(Key::as_str))) } }
                    button.quiet type="submit" name="act" value="approve" { "Approve" }
                    button.quiet.grave type="submit" name="act" value="revoke" { "Revoke" }
                }
            }
        }
    }
}

/// A battery, and when the phone said so.
fn charge(told: Told, zone: &Zone) -> Markup {
    html! {
        div {
            dt { "Battery" }
            dd.old[told.battery.is_low()] {
                (told.battery.percent) " %" @if told.battery.is_charging { ", charging" }
                @if let Some(ms) = told.at_ms { ", " (zone.time(ms)) }
            }
        }
    }
}

/// What is decided about a phone.
#[derive(Deserialize)]
pub struct Decision {
    log: String,
    act: String,
    role: String,
    #[serde(default)]
    checkpoint: String,
}

/// Approves or revokes a phone, or a ticket by which people signed in.
pub async fn decide(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Form(given): Form<Decision>,
) -> Response {
    let Some(log) = LogId::parse(&given.log) else {
        return missing(
            "No such phone is known here yet. Look under Devices again when it has met headquarters.",
        );
    };
    let is_revoked = given.act == "revoke";
    let role = if given.role == "captain" { Role::Captain } else { Role::Volunteer };
    let checkpoints: Vec<Key> = Key::new(&given.checkpoint).into_iter().collect();
    let name = signed.person.name.clone();
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        let reason = format!("{name}: at headquarters");
        if is_revoked {
            let held = pen.store().heads()?.get(&log).copied().unwrap_or_default();
            let up_to = bibtrail_core::ids::OpRef { log, seq: held };
            let body = Body::Revoke(Revoke { up_to, check: None, reason: None, root: None });
            let is_cut = move |members: &Members| members.standing(log).cut.is_some();
            return pen.say(&body, is_cut, |store| store.revoke(log, None, Some(&reason), None));
        }
        let cancels = pen.store().members().revocations_of(log);
        let approve = Approve { log, role, checkpoints, cancels, reason: Some(reason) };
        let has_role = move |members: &Members| {
            let standing = members.standing(log);
            standing.role >= Some(role) && standing.cut.is_none()
        };
        pen.say(&Body::Approve(approve.clone()), has_role, |store| store.approve(approve))
    };
    let written = desk::write(&hub, &signed, work).await;
    let tell = |()| {
        if is_revoked {
            "It is revoked: what comes after counts for nothing.".to_owned()
        } else {
            format!("It is {} now.", role.as_str())
        }
    };
    desk::answer(&hub, &signed, "/devices", written, tell).await
}
