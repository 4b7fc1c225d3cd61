//! Moments and spans, in whole milliseconds.
//!
//! Invariant: a reading is what a device's clocks said, never a corrected time. Corrections are made in projections.

use minicbor::{Decode, Encode};

use crate::ids::BootId;

/// What a device's clocks said at one moment. Both clocks are kept for ever; neither decides order or identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Reading {
    /// The run of the device's clock that `boot_ms` belongs to.
    #[n(0)]
    pub boot: BootId,
    /// Milliseconds since that boot, by a clock that runs through sleep.
    #[n(1)]
    pub boot_ms: u64,
    /// Milliseconds since 1970-01-01 UTC, as the device believed.
    #[n(2)]
    pub wall_ms: i64,
}

/// A span as people read it: `2:05:31` or `47:09`, with a decimal part only where there is one.
#[must_use]
pub fn span(ms: i64) -> String {
    let (sign, ms) = (if ms < 0 { "-" } else { "" }, ms.unsigned_abs());
    let (seconds, rest) = (ms / 1000, ms % 1000);
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let whole = if h > 0 { format!("{sign}{h}:{m:02}:{s:02}") } else { format!("{sign}{m}:{s:02}") };
    match rest {
        0 => whole,
        _ => format!("{whole}.{}", format!("{rest:03}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans() {
        let shown: Vec<_> = [0, 59_000, 481_200, 7_531_000, -61_050, 3_600_001].map(span).into();
        assert_eq!(shown, ["0:00", "0:59", "8:01.2", "2:05:31", "-1:01.05", "1:00:00.001"]);
    }
}
