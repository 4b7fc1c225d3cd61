//! How long to wait before the next try: longer each time, and never in step with others.
//!
//! Invariant: pure. The caller draws the random number, and does the waiting.

/// Exponential waits with full jitter: each is drawn evenly from 0 to a ceiling that doubles.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    first_ms: u64,
    max_ms: u64,
    ceiling_ms: u64,
}

impl Backoff {
    /// Waits of up to `first_ms` milliseconds at first, and never of more than `max_ms`.
    #[must_use]
    pub fn new(first_ms: u64, max_ms: u64) -> Self {
        let first_ms = first_ms.min(max_ms);
        Self { first_ms, max_ms, ceiling_ms: first_ms }
    }

    /// How long to wait now, in milliseconds; `random` is any number, evenly drawn.
    pub fn next_ms(&mut self, random: u64) -> u64 {
        let ceiling_ms = self.ceiling_ms;
        self.ceiling_ms = ceiling_ms.saturating_mul(2).min(self.max_ms);
        // A wait of just the ceiling is allowed, so that the largest ceiling needs no number above it.
        random.checked_rem(ceiling_ms.saturating_add(1)).unwrap_or(0)
    }

    /// A try succeeded: the next wait is short again.
    pub fn reset(&mut self) {
        self.ceiling_ms = self.first_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_to_its_limit_and_falls_back() {
        let mut backoff = Backoff::new(500, 3_000);
        let mut ceilings = Vec::new();
        for _ in 0..5 {
            let mut probe = backoff;
            ceilings.push(
                (0..=3_000)
                    .map(|random| {
                        probe = backoff;
                        probe.next_ms(random)
                    })
                    .max()
                    .unwrap(),
            );
            backoff.next_ms(0);
        }
        assert_eq!(ceilings, [500, 1_000, 2_000, 3_000, 3_000]);
        backoff.reset();
        assert_eq!(backoff.next_ms(500), 500);
    }

    #[test]
    fn any_number_will_do() {
        for (first_ms, max_ms) in [(0, 0), (1, 0), (0, 9), (1, u64::MAX), (u64::MAX, u64::MAX)] {
            let mut backoff = Backoff::new(first_ms, max_ms);
            for _ in 0..70 {
                assert!(backoff.next_ms(u64::MAX) <= max_ms);
            }
        }
    }
}
