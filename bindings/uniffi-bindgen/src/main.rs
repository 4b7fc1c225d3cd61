//! Writes the Kotlin, Swift and Python of `bibtrail-bindings` from its library (`bindings/generate` calls it).
//!
//! Invariant: a crate of its own, so that what only writes code is never linked into the library that phones carry.

fn main() {
    uniffi::uniffi_bindgen_main();
}
