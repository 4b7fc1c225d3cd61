//! `chart`: pictures of a race, as SVG or PNG.
//!
//! Invariant: what is drawn follows from the results that `results` and `splits` print.

use std::ffi::OsStr;

use bibtrail_core::{
    ids::Bib,
    results::{CourseResults, Results},
};
use bibtrail_print::chart::{self, Chart};
use serde_json::json;

use super::{
    exchange::write_whole,
    open,
    print::{find_course, text_of},
};
use crate::{
    Error,
    args::{self, Picture},
    console::Console,
    fonts,
};

pub(super) fn chart(args: &args::Chart, console: &mut Console<'_>) -> Result<u8, Error> {
    let ending = args.output.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    let is_png = match ending.as_deref() {
        Some("svg") => false,
        Some("png") => true,
        _ => return Err(Error::PictureEnding(args.output.clone())),
    };
    if args.what == Picture::Rates && !args.bib.is_empty() {
        return Err(Error::NotForThis { option: "bib", printed: "rates" });
    }
    let store = open(&args.dir, console)?;
    let setup = store.setup()?;
    let results = store.results()?;
    let wanted = args.course.as_ref().map(|given| find_course(&setup, given)).transpose()?;
    let course = match wanted {
        Some(wanted) => results.courses.iter().find(|course| course.course.key == wanted.key),
        None => first_run(&results),
    };
    let course = course.ok_or(Error::NothingToPrint("the race has no course yet"))?;
    let bibs: Vec<Bib> = args.bib.iter().map(|bib| Bib::new(bib)).collect::<Result<_, _>>()?;
    if let Some(bib) = bibs.iter().find(|bib| !course.runners.iter().any(|runner| runner.bib == **bib)) {
        return Err(Error::NotOnCourse { bib: bib.to_string(), course: course.course.name.clone() });
    }
    // A chart is drawn for 1,400 pixels; a wider PNG has finer lines, not smaller letters.
    let width_px = if is_png { 1400 } else { args.width };
    let wanted = Chart { bibs: &bibs, width_px, ..Chart::new(&setup, course) };
    let svg = match args.what {
        Picture::Splits => chart::splits(&wanted),
        Picture::Rates => chart::rates(&wanted),
        Picture::Behind => chart::behind(&wanted),
    };
    let bytes = if is_png {
        let fonts = fonts::for_text(&text_of(&setup, &store.entrants()?), args.font.as_deref())?;
        chart::png(&svg, args.width, &fonts)?
    } else {
        svg.into_bytes()
    };
    write_whole(&args.output, &bytes)?;
    if args.json {
        let course = course.course.key.as_str();
        console.json(&json!({ "file": args.output, "bytes": bytes.len(), "course": course }))?;
    } else {
        console.line(format_args!(
            "{}: {}, {} bytes",
            args.output.display(),
            course.course.name,
            bytes.len()
        ))?;
    }
    Ok(crate::OK)
}

/// The first course on which anybody was seen; else the first.
fn first_run(results: &Results) -> Option<&CourseResults> {
    let was_run = |course: &&CourseResults| course.runners.iter().any(|runner| runner.last_slot().is_some());
    results.courses.iter().find(was_run).or(results.courses.first())
}
