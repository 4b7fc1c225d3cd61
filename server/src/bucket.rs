//! How often something may happen: some at once, then so many in a time.
//!
//! Invariant: pure; the time is an argument. What is remembered is bounded: who has not come for long is forgotten, and
//! loses nothing by it.

use std::collections::BTreeMap;

use bibtrail_core::ids::LogId;

/// A bucket of tokens that fills with time.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// Thousandths of tokens.
    level: u64,
    at_ms: u64,
}

/// How large a bucket is, and how fast it fills.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// How many at once.
    pub burst: u32,
    /// How many in `per_ms`.
    pub count: u32,
    /// In how long, in milliseconds.
    pub per_ms: u64,
}

impl Rate {
    fn full(self) -> u64 {
        u64::from(self.burst) * 1000
    }

    fn filled(self, bucket: Bucket, now_ms: u64) -> u64 {
        let passed = now_ms.saturating_sub(bucket.at_ms);
        let gained = passed.saturating_mul(u64::from(self.count) * 1000) / self.per_ms.max(1);
        bucket.level.saturating_add(gained).min(self.full())
    }
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub fn full(rate: Rate, now_ms: u64) -> Self {
        Self { level: rate.full(), at_ms: now_ms }
    }

    /// Takes a token, if there is one. Time is in milliseconds from wherever the caller counts.
    pub fn take(&mut self, rate: Rate, now_ms: u64) -> bool {
        let level = rate.filled(*self, now_ms);
        let has_one = level >= 1000;
        // A level that gained nothing keeps its time, so that many looks do not stop it from filling.
        if has_one || level != self.level {
            *self = Self { level: level - if has_one { 1000 } else { 0 }, at_ms: now_ms.max(self.at_ms) };
        }
        has_one
    }

    /// How long until there is a token, in milliseconds.
    #[must_use]
    pub fn wait_ms(&self, rate: Rate, now_ms: u64) -> u64 {
        let lacking = 1000_u64.saturating_sub(rate.filled(*self, now_ms));
        let per_ms = rate.per_ms.max(1);
        lacking.saturating_mul(per_ms).div_ceil(u64::from(rate.count.max(1)) * 1000)
    }
}

/// A bucket for each device key. Five hundred phones may share one address, so addresses count for nothing.
#[derive(Debug)]
pub struct Keys {
    rate: Rate,
    buckets: BTreeMap<LogId, Bucket>,
}

/// From this many on, full buckets are forgotten.
const KEYS_MAX: usize = 8_192;

impl Keys {
    /// Nobody has come yet.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: BTreeMap::new() }
    }

    /// Whether this key may come now.
    pub fn take(&mut self, key: LogId, now_ms: u64) -> bool {
        let rate = self.rate;
        if self.buckets.len() >= KEYS_MAX {
            self.buckets.retain(|_, bucket| rate.filled(*bucket, now_ms) < rate.full());
        }
        if self.buckets.len() >= KEYS_MAX && !self.buckets.contains_key(&key) {
            return false;
        }
        self.buckets.entry(key).or_insert_with(|| Bucket::full(rate, now_ms)).take(rate, now_ms)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_possible_truncation, reason = "a test: counts are small")]

    use super::*;

    const RATE: Rate = Rate { burst: 3, count: 2, per_ms: 1_000 };

    /// Comes at these times, and says who was let in.
    fn check(times_ms: &[u64], expected: &str) {
        let mut bucket = Bucket::full(RATE, 0);
        let shown: String =
            times_ms.iter().map(|now| if bucket.take(RATE, *now) { '+' } else { '-' }).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn some_at_once_and_then_so_many_in_a_time() {
        check(&[0, 0, 0, 0, 499, 500, 501, 999, 1_000, 1_001], "+++--+--+-");
        check(&[0, 0, 0, 60_000, 60_000, 60_000, 60_000], "++++++-");
        // Time that goes back gives nothing and takes nothing.
        check(&[1_000, 1_000, 1_000, 0, 999, 1_500], "+++--+");
        // Looking often does not stop it from filling.
        check(&(0..1_000).map(|n| n / 3).collect::<Vec<_>>(), &format!("+++{}", "-".repeat(997)));
    }

    #[test]
    fn how_long_to_wait_is_how_long_it_takes() {
        let mut bucket = Bucket::full(RATE, 0);
        (0..3).for_each(|_| assert!(bucket.take(RATE, 0)));
        let wait = bucket.wait_ms(RATE, 0);
        assert!(wait == 500 && !bucket.take(RATE, wait - 1) && bucket.take(RATE, wait));
    }

    #[test]
    fn one_key_takes_nothing_from_another_and_many_are_forgotten() {
        let mut keys = Keys::new(RATE);
        let key = |n: usize| LogId(std::array::from_fn(|at| n.to_le_bytes()[at % 8]));
        assert_eq!((0..5).filter(|_| keys.take(key(1), 0)).count(), 3);
        assert!(keys.take(key(2), 0));
        assert_eq!((0..2 * KEYS_MAX).filter(|n| keys.take(key(*n), 0)).count(), KEYS_MAX - 1);
        assert!(keys.take(key(100_000), 60_000) && keys.buckets.len() == 1);
    }
}
