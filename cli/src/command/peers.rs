//! `peers`: who is in the race, and what each is known to hold.
//!
//! Invariant: what others hold is what they said when last met, and the list says when that was.

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::LogId,
    op::Role,
    store::{LogInfo, Store},
    time::span,
};
use serde::Serialize;

use super::open;
use crate::{
    Error,
    args::Show,
    clock::RaceClock,
    console::Console,
    host,
    table::{or_blank, right, table},
};

/// A log, as the list shows it.
#[derive(Serialize)]
struct Line {
    log: String,
    name: String,
    checkpoint: Option<String>,
    role: &'static str,
    counts_up_to: Option<u64>,
    is_this: bool,
    is_forked: bool,
    operations: u64,
    last_met_ms: Option<i64>,
    /// Operations held here that it did not hold when last met.
    lacks: Option<u64>,
    clock_bound_ms: Option<i64>,
}

pub(super) fn peers(args: &Show, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    let lines = lines(&store)?;
    let refused = store.refused()?;
    if args.json {
        console.json(&serde_json::json!({ "logs": lines, "refused": refused }))?;
        return Ok(crate::OK);
    }
    let clock = RaceClock::new(&store.setup()?);
    let now_ms = host::reading(store.race())?.wall_ms;
    let mut shown = table(&["Log", "Name", "At", "Role", "Operations", "Last met", "Lacks", "Clock ±"]);
    right(&mut shown, &[4, 6, 7]);
    for line in &lines {
        let met = line
            .last_met_ms
            .map(|ms| format!("{} ({} ago)", clock.show(ms), span((now_ms - ms) / 1000 * 1000)));
        shown.add_row([
            format!("{}{}", &line.log[..8], if line.is_forked { " (written twice)" } else { "" }),
            line.name.clone(),
            or_blank(line.checkpoint.as_ref()),
            match line.counts_up_to {
                Some(seq) => format!("revoked after {seq}"),
                None => line.role.to_owned(),
            },
            line.operations.to_string(),
            if line.is_this { "this replica".to_owned() } else { or_blank(met) },
            or_blank(line.lacks),
            or_blank(line.clock_bound_ms.map(|ms| format!("{ms} ms"))),
        ]);
    }
    console.line(shown)?;
    for why in refused {
        console.remark(format_args!("✗ not taken: {why}"));
    }
    Ok(crate::OK)
}

fn lines(store: &Store) -> Result<Vec<Line>, Error> {
    let logs = store.logs()?;
    let timing = store.timing()?;
    let mut bounds: BTreeMap<LogId, i64> = BTreeMap::new();
    for (log, reading) in store.boots()? {
        if let Some(moment) = timing.clocks.at(reading.boot, reading.boot_ms) {
            bounds.insert(log, moment.latest_ms.saturating_sub(moment.earliest_ms) / 2);
        }
    }
    let peers = store.peers()?;
    let line = |info: &LogInfo| {
        let standing = store.members().standing(info.log);
        let peer = peers.iter().find(|peer| peer.log == info.log);
        let held: BTreeMap<LogId, u64> =
            peer.iter().flat_map(|p| &p.held).map(|tip| (tip.key, tip.mark.seq)).collect();
        let lacks = peer.map(|_| {
            logs.iter()
                .map(|own| own.seq.saturating_sub(held.get(&own.log).copied().unwrap_or_default()))
                .sum()
        });
        let enrol = info.enrolment.as_ref();
        Line {
            log: info.log.to_string(),
            name: enrol.map(|enrol| enrol.name.clone()).unwrap_or_default(),
            checkpoint: enrol.and_then(|enrol| enrol.checkpoint.as_ref()).map(ToString::to_string),
            role: standing.role.unwrap_or(Role::Pending).as_str(),
            counts_up_to: standing.cut,
            is_this: info.log == store.own_log(),
            is_forked: store.members().is_forked(info.log),
            operations: info.seq,
            last_met_ms: peer.map(|peer| peer.met.wall_ms),
            lacks,
            clock_bound_ms: bounds.get(&info.log).copied(),
        }
    };
    Ok(logs.iter().map(line).collect())
}
