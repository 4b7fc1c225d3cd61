//! What `record` costs in Rust, beside the same call through Kotlin (`bindings/kotlin/overhead`).
//!
//! Invariant: the same bibs at a phone that joined in the same way as there.

use std::{
    error::Error,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bibtrail_bindings::{
    CoreError,
    host::{Clock, ClockReading, KeyStore},
    race::{Entry, JoinRequest, Race},
    screen::Way,
};

/// Calls that are not counted, and calls that are.
const WARM: usize = 500;
const CALLS: usize = 2_000;

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Result<ClockReading, CoreError> {
        Ok(ClockReading { boot: "phone".to_owned(), boot_ms: 11_000_000, wall_ms: 1_743_897_600_000 })
    }
}

/// One key, in memory.
struct OneKey;

impl KeyStore for OneKey {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, CoreError> {
        Ok((name == "log").then(|| vec![1; 32]))
    }

    fn save(&self, _name: String, _secret: Vec<u8>) -> Result<(), CoreError> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/phone");
    let tickets = std::fs::read_to_string(data.join("tickets.txt"))?;
    let link = tickets.lines().find_map(|line| line.strip_prefix("volunteer "));
    let folder = tempfile::tempdir()?;
    let request = JoinRequest {
        folder: folder.path().to_string_lossy().into_owned(),
        link: link.ok_or("there is no ticket for a volunteer")?.to_owned(),
        name: "phone 1".to_owned(),
        checkpoint: Some("aid".to_owned()),
    };
    let race = Race::join(request, Arc::new(Still), Arc::new(OneKey))?;
    race.import_bundle(std::fs::read(data.join("race.bibtrail"))?)?;
    let mut took = Vec::with_capacity(CALLS);
    for n in 0..WARM + CALLS {
        let bib = (1_000 + n).to_string();
        let entry = Entry { bib, way: Way::In, checkpoint: None, at: None, with_pacer: None };
        let began = Instant::now();
        race.record(entry)?;
        if n >= WARM {
            took.push(began.elapsed());
        }
    }
    took.sort_unstable();
    let shown = |percent: usize| {
        took.get(CALLS * percent / 100).map_or(0, Duration::as_micros)
    };
    println!(
        "Rust: {CALLS} calls of record, p50 {} µs, p90 {} µs, p99 {} µs",
        shown(50),
        shown(90),
        shown(99)
    );
    race.shut_down()?;
    Ok(())
}
