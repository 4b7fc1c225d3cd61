//! Writes the Kotlin, Swift and Python of `bibtrail-bindings` from its library, and checks the library's surface
//! (`bindings/generate` calls it): `bibtrail-uniffi-bindgen surface LIBRARY`, else as `uniffi-bindgen`.
//!
//! Invariant: a crate of its own, so that what only writes code is never linked into the library that phones carry.

mod surface;

use std::{
    io::{Write, stderr},
    process::ExitCode,
};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let [_, verb, library] = args.as_slice()
        && verb == "surface"
    {
        return check(library);
    }
    uniffi::uniffi_bindgen_main();
    ExitCode::SUCCESS
}

fn check(library: &str) -> ExitCode {
    let faults = match uniffi_bindgen::macro_metadata::extract_from_library(library.into()) {
        Ok(found) if found.is_empty() => vec![format!("{library} holds no surface: build it unstripped")],
        Ok(found) => surface::faults(&found),
        Err(error) => vec![format!("{library} cannot be read: {error}")],
    };
    for fault in &faults {
        // Nobody may listen; the exit code tells too.
        let _told = writeln!(stderr(), "{fault}");
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
