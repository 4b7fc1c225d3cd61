//! `race course`.
//!
//! Invariant: of a file no more is read than a map may have, and what was left out is said.

use std::{fs, io::Read};

use bibtrail_formats::read::{courses, gpx};
use serde_json::json;

use crate::{Error, args::Course, console::Console};

pub(super) fn course(args: &Course, console: &mut Console<'_>) -> Result<u8, Error> {
    let failed = Error::file(&args.file);
    let mut bytes = Vec::new();
    let read = |file: fs::File| file.take(gpx::BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    fs::File::open(&args.file).and_then(read).map_err(failed)?;
    let map = gpx::parse(&bytes).map_err(|source| Error::Gpx { path: args.file.clone(), source })?;
    let courses = courses::of_gpx(&map, args.near);
    let remarks: Vec<String> = map
        .skipped
        .iter()
        .map(ToString::to_string)
        .chain(courses.remarks.iter().map(ToString::to_string))
        .collect();
    if args.json {
        console.json(&json!({ "race": courses, "remarks": remarks }))?;
    } else {
        for line in courses.race_file().lines() {
            console.line(format_args!("{line}"))?;
        }
        for remark in &remarks {
            console.remark(format_args!("{}: {remark}", args.file.display()));
        }
    }
    let lost_some = !map.skipped.is_empty() || courses.remarks.iter().any(courses::Remark::is_a_loss);
    Ok(if lost_some || courses.courses.is_empty() { crate::FAILED } else { crate::OK })
}
