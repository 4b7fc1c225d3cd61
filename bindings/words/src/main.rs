//! `bibtrail-words`: writes the apps' texts from `bindings/words`; `--check` says what differs and writes nothing.
//!
//! Invariant: texts that are not complete in every language are never written.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks through its streams")]

use std::{env, fs, io, path::Path, process::ExitCode};

use bibtrail_words::{check, files, read};

const HELP: &str = "\
bibtrail-words: writes the texts of the apps in all languages from bindings/words

  cargo run -p bibtrail-words              write android/…/strings.xml and ios/…/*.xcstrings
  cargo run -p bibtrail-words -- --check   only say what is not as it should be (exit code 1 if something is)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => run(false),
        ["--check"] => run(true),
        ["--help" | "-h"] => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}

fn run(only_check: bool) -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let words = match read::folder(&root.join("bindings/words")) {
        Ok(words) => words,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut wrong = check::all(&words);
    if wrong.is_empty() {
        for (path, text) in files(&words) {
            let path = root.join(path);
            if fs::read_to_string(&path).is_ok_and(|old| old == text) {
                continue;
            }
            if only_check {
                wrong.push(format!("{}: not what the Fluent files say; run bibtrail-words", path.display()));
            } else if let Err(error) = write(&path, &text) {
                wrong.push(format!("{}: {error}", path.display()));
            }
        }
    }
    for line in &wrong {
        eprintln!("{line}");
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
