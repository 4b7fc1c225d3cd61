//! The house rules that no lint knows.
//!
//! Invariant: a rule named in `ARCHITECTURE.md` as kept by `tidy` is kept here.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn all_rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    ["core", "formats", "clerk", "print", "transport", "server", "cli", "bindings", "tests"]
        .iter()
        .for_each(|package| rust_files(&root().join(package), &mut files));
    files.sort();
    files
}

#[test]
fn every_file_opens_with_what_it_is() {
    for file in all_rust_files() {
        let text = fs::read_to_string(&file).unwrap();
        let is_test_part = file.ends_with("tests.rs");
        assert!(
            is_test_part || text.starts_with("//! "),
            "{} must open with //! and what it is",
            file.display()
        );
    }
}

#[test]
fn no_file_grows_out_of_hand() {
    for file in all_rust_files() {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines; split it", file.display());
    }
}

/// The order of `core/src/lib.rs`: a module uses only those before it.
#[test]
fn data_flows_one_way_through_the_core() {
    let lib = fs::read_to_string(root().join("core/src/lib.rs")).unwrap();
    let modules: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() >= 12, "{modules:?}");
    for (n, module) in modules.iter().enumerate() {
        let mut files = vec![root().join(format!("core/src/{module}.rs"))];
        let folder = root().join(format!("core/src/{module}"));
        if folder.exists() {
            rust_files(&folder, &mut files);
        }
        for file in files {
            // The standard library has modules of its own, by some of the same names.
            let text = without_std(&fs::read_to_string(&file).unwrap());
            for later in &modules[n + 1..] {
                let words = [format!("crate::{later}"), format!("    {later}::")];
                let uses = text.lines().take_while(|line| !line.contains("#[cfg(test)]")).any(|line| {
                    words.iter().any(|word| line.contains(word.as_str()))
                        && !line.trim_start().starts_with("//")
                });
                assert!(!uses, "{} uses {later}, which comes after {module}", file.display());
            }
        }
    }
}

fn without_std(text: &str) -> String {
    let (mut rest, mut kept) = (text, String::new());
    while let Some(at) = rest.find("\nuse std::{") {
        kept.push_str(&rest[..at]);
        rest = rest[at..].split_once("};").map_or("", |(_, after)| after);
    }
    kept + rest
}

#[test]
fn every_test_file_is_in_the_binary() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for entry in fs::read_dir(root().join("tests/it")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || main.contains(&format!("mod {module};")),
            "{name} is forgotten in main.rs"
        );
    }
}

#[test]
fn every_decoder_has_a_fuzz_target() {
    for (name, _) in bibtrail_tests::fuzz::TARGETS {
        let target = root().join(format!("tests/fuzz/fuzz_targets/{name}.rs"));
        assert!(target.exists(), "{} is missing", target.display());
    }
}
