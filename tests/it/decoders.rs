//! Every decoder against its seed corpus, and against that corpus broken at random.
//!
//! Invariant: each target has seeds, and seeds that are good decode.

use std::{fs, path::PathBuf};

use bibtrail_tests::fuzz::TARGETS;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/corpus").join(target);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn seeds_and_what_chance_makes_of_them() {
    for (name, target) in TARGETS {
        let seeds = corpus(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        for seed in &seeds {
            target(seed);
            for _ in 0..2_000 {
                target(&broken(seed, &mut rng));
            }
        }
    }
}

/// Bytes flipped, cut, repeated or replaced by tempting ones.
fn broken(seed: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..rng.random_range(1..5) {
        let at = rng.random_range(0..bytes.len().max(1));
        match rng.random_range(0..5) {
            0 => bytes.truncate(at),
            1 if !bytes.is_empty() => bytes[at] ^= 1 << rng.random_range(0..8),
            2 if !bytes.is_empty() => {
                bytes[at] = [0x00, 0x7f, 0x80, 0xff, 0x1b, 0x9b][rng.random_range(0..6)]
            }
            3 => bytes.extend_from_within(..at.min(64).min(bytes.len())),
            _ => bytes.insert(at.min(bytes.len()), rng.random()),
        }
    }
    bytes
}
