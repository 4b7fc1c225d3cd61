//! `bundle` and `merge`: logs as files that anyone can carry.
//!
//! Invariant: a bundle that is refused leaves no trace and stops no other.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use bibtrail_core::{bundle, ids::LogId, store::MergeReport};
use serde::Serialize;

use super::open;
use crate::{Error, args, console::Console};

pub(super) fn bundle(args: &args::Bundle, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let since = held_in(&args.since)?;
    let bytes = store.bundle(&since)?;
    write_whole(&args.output, &bytes)?;
    console.line(format_args!("{}: {} bytes", args.output.display(), bytes.len()))?;
    Ok(crate::OK)
}

/// How far the logs in these bundles go, taken together.
pub(super) fn held_in(paths: &[PathBuf]) -> Result<BTreeMap<LogId, u64>, Error> {
    let mut since = BTreeMap::new();
    for path in paths {
        let bytes = read(path)?;
        let mut held = bundle::Bundle::open(&bytes).map_err(bibtrail_core::store::StoreError::from)?;
        while let Some((segment, _)) = held.next_segment().map_err(bibtrail_core::store::StoreError::from)? {
            let known = since.entry(segment.log).or_insert(0);
            if segment.first_seq <= *known + 1 {
                *known = segment.head.seq.max(*known);
            }
        }
    }
    Ok(since)
}

/// The bytes of a file of bundles. A file longer than any is not read to its end.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(Error::file(path))?;
    file.take(bundle::FILE_MAX_BYTES + 1).read_to_end(&mut bytes).map_err(Error::file(path))?;
    Ok(bytes)
}

/// Writes beside the target and renames, so that nobody ever carries half a file.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let file = write_beside(path, bytes)?;
    file.persist(path).map_err(|error| Error::File { path: path.to_owned(), source: error.error })?;
    Ok(())
}

/// As [`write_whole`], where no file may be there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let file = write_beside(path, bytes)?;
    file.persist_noclobber(path).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => Error::File { path: path.to_owned(), source: error.error },
    })?;
    Ok(())
}

fn write_beside(path: &Path, bytes: &[u8]) -> Result<tempfile::NamedTempFile, Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // Others may read what is meant for them, as far as the system's own mask lets them.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(Error::file(path))?;
    file.write_all(bytes).map_err(Error::file(path))?;
    file.as_file().sync_all().map_err(Error::file(path))?;
    Ok(file)
}

/// What became of one bundle.
#[derive(Serialize)]
struct Fate {
    file: String,
    new_operations: u64,
    held_operations: u64,
    waiting_operations: u64,
    rejected: Vec<String>,
    refused: Option<String>,
}

pub(super) fn merge(args: &args::Merge, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let mut fates = Vec::new();
    let mut missing = BTreeMap::new();
    for path in &args.files {
        let file = path.display().to_string();
        let merged = read(path).and_then(|bytes| Ok(store.merge(&bytes)?));
        let fate = match merged {
            Ok(report) => {
                missing.clone_from(&report.missing);
                Fate::of(file, &report)
            }
            Err(error) => {
                Fate { refused: Some(error.to_string()), ..Fate::of(file, &MergeReport::default()) }
            }
        };
        if !args.json {
            fate.tell(console)?;
        }
        fates.push(fate);
    }
    for (log, seq) in &missing {
        console.remark(format_args!(
            "log {} waits for its operation {seq}: merge an earlier bundle of that phone",
            log.short()
        ));
    }
    if args.json {
        console.json(&fates)?;
    }
    let is_well = fates.iter().all(|fate| fate.refused.is_none() && fate.rejected.is_empty());
    Ok(if is_well { crate::OK } else { crate::FAILED })
}

impl Fate {
    fn of(file: String, report: &MergeReport) -> Self {
        Self {
            file,
            new_operations: report.new_ops,
            held_operations: report.held_ops,
            waiting_operations: report.waiting_ops,
            rejected: report.rejected.iter().map(|r| r.reason.to_string()).collect(),
            refused: None,
        }
    }

    fn tell(&self, console: &mut Console<'_>) -> Result<(), Error> {
        let Self { file, new_operations: new, held_operations: held, waiting_operations: waiting, .. } = self;
        match &self.refused {
            Some(why) => console.remark(format_args!("✗ {file}: refused. {why}")),
            None if *waiting > 0 => {
                console.line(format_args!("✓ {file}: {new} new, {held} known, {waiting} waiting"))?;
            }
            None => console.line(format_args!("✓ {file}: {new} new, {held} known"))?,
        }
        self.rejected.iter().for_each(|why| console.remark(format_args!("  ✗ not taken: {why}")));
        Ok(())
    }
}
