//! Prints the table of all texts: each key with the names and kinds of its arguments (`bindings/words/keys.txt`).

use std::io::{Write, stdout};

fn main() -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "# All texts that the core names, each with its arguments and their kinds. Written from bindings/src/words/table.rs."
    )?;
    bibtrail_bindings::words::keys().into_iter().try_for_each(|(key, args)| {
        let args: String = args.iter().map(|(name, kind)| format!(" {name}:{kind}")).collect();
        writeln!(out, "{key}{args}")
    })
}
