//! A phone that records without end, to be killed: prints each bib when its scan is confirmed.
//!
//! Invariant: a line on the output is a promise.

use std::{io::Write, path::Path};

use bibtrail::replica::Folder;
use bibtrail_core::op::ScanKind;
use bibtrail_tests::world::scan;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (folder, run) = (args.next().unwrap_or_default(), args.next().unwrap_or_default());
    let (mut store, _, _) = Folder::new(Path::new(&folder)).open()?;
    let mut out = std::io::stdout().lock();
    for n in 0.. {
        let bib = format!("{run}-{n}");
        store.record(&[scan(&bib, "k1", ScanKind::In, n)])?;
        writeln!(out, "{bib}")?;
        out.flush()?;
        if n % 3 == 0 {
            store.settle()?;
        }
    }
    Ok(())
}
