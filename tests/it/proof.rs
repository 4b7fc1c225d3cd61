//! The list of what is proven names tests that exist.
//!
//! Invariant: each of the 38 cases and 30 incidents has a row, and each row a test or a reason.

use std::{fs, path::Path};

const PROOF: &str = include_str!("../../docs/proof.md");

fn source(path: &Path) -> String {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        return entries.iter().map(|path| source(path)).collect();
    }
    fs::read_to_string(path).unwrap_or_default()
}

/// Whether a name of the list is a test that runs, or a checker of the simulator.
fn exists(name: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Some(checker) = name.strip_prefix("sim:") {
        return source(&root.join("src/sim/check")).contains(&format!("Broken::new(\"{checker}\""));
    }
    let (module, test) = name.rsplit_once("::").unwrap_or_default();
    let text = match module.split_once('/') {
        Some((package, module)) => source(&root.join("..").join(package).join("src").join(module)),
        None => {
            let nested =
                ["roles", "hostile"].map(|folder| root.join("it").join(folder).join(format!("{module}.rs")));
            let paths = [root.join("it").join(format!("{module}.rs"))].into_iter().chain(nested);
            paths.map(|path| source(&path)).collect()
        }
    };
    text.contains(&format!("#[test]\nfn {test}()"))
}

#[test]
fn every_row_has_a_test_that_exists_or_a_reason() {
    let mut numbers = Vec::new();
    for row in PROOF.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _, owner] = cells.as_slice() else { panic!("{row}") };
        if *number == "#" || number.starts_with('-') {
            continue;
        }
        numbers.push((*number).to_owned());
        let names: Vec<&str> =
            owner.split('`').skip(1).step_by(2).filter(|name| name.contains(':')).collect();
        assert!(!names.is_empty() || owner.len() > 20, "{number} has neither test nor reason");
        for name in names {
            assert!(exists(name), "{number} names {name}, which is no test");
        }
    }
    let cases = (1..=38).map(|n| n.to_string());
    let incidents = (1..=30).map(|n| format!("I{n}"));
    let wanted: Vec<String> = cases.chain(incidents).collect();
    assert_eq!(numbers[..wanted.len()], wanted);
}
