//! `digest`, `verify`, `recover`.
//!
//! Invariant: what is wrong is named and ends non-zero; nothing is mended without saying so.

use bibtrail_core::store::Problem;
use serde_json::json;

use super::{open, tell_mended};
use crate::{Error, args::Show, console::Console, replica::Folder};

pub(super) fn digest(args: &Show, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    let digest = store.digest()?;
    if args.json {
        let (ops, state) = (digest.ops.to_string(), digest.state.to_string());
        let (race, root) = (store.race().to_string(), store.members().root().to_string());
        console.json(&json!({
            "operations": digest.op_count,
            "operation_set": ops,
            "state": state,
            "race_id": race,
            "root_key": root,
        }))?;
    } else {
        console.line(format_args!("{} operations {} state {}", digest.op_count, digest.ops, digest.state))?;
    }
    Ok(crate::OK)
}

pub(super) fn verify(args: &Show, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let found = match store.verify() {
        Ok(found) => found,
        Err(error) if error.is_damage() => bibtrail_core::store::Verification {
            problems: vec![Problem::File(error.to_string())],
            ..Default::default()
        },
        Err(error) => return Err(error.into()),
    };
    let (race, root) = (store.race(), store.members().root());
    let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    if args.json {
        console.json(&json!({
            "race_id": race.to_string(),
            "root_key": root.to_string(),
            "logs": found.logs,
            "operations": found.ops,
            "signatures": found.signatures,
            "journal_records": found.journal_records,
            "problems": problems,
        }))?;
    } else if problems.is_empty() {
        console.line(format_args!(
            "all well: {} logs, {} operations, {} signatures, {} journal records",
            found.logs, found.ops, found.signatures, found.journal_records
        ))?;
        console.line(format_args!("race {race} · root key {root}"))?;
    }
    problems.iter().for_each(|problem| console.remark(format_args!("✗ {problem}")));
    if found.database_is_damaged() {
        let dir = args.dir.display();
        console.remark(format_args!("Run `bibtrail recover {dir}`: the journal builds the database again"));
    } else if !problems.is_empty() {
        store.mend_journal()?;
        console.remark("The database is whole; the journal was written again from it");
    }
    Ok(if problems.is_empty() { crate::OK } else { crate::FAILED })
}

pub(super) fn recover(args: &Show, console: &mut Console<'_>) -> Result<u8, Error> {
    let (store, opened) = Folder::new(&args.dir).recover()?;
    tell_mended(&args.dir, &opened, true, console);
    let digest = store.digest()?;
    if args.json {
        console
            .json(&json!({ "operations": digest.op_count, "unusable_operations": opened.unusable_ops }))?;
    } else {
        console.line(format_args!("{} operations are here again", digest.op_count))?;
    }
    Ok(if opened.unusable_ops == 0 { crate::OK } else { crate::FAILED })
}
