//! A desk: a folder with replicas, on which command lines run as people type them. Text in, text out.
//!
//! Invariant: a desk is a folder of its own, gone with the test.
#![allow(clippy::unwrap_used, reason = "what must work on a desk fails its test")]

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// A race file: ten kilometres from the start by the arch, both ways, to the finish.
pub const RACE: &str = r#"
name = "Night Run"
start = "2025-04-06T09:00:00+09:00"
time_zone = "Asia/Seoul"
[[checkpoint]]
key = "start"
name = "Start"
[[checkpoint]]
key = "arch"
name = "Arch of Triumph"
names = { ko = "개선문" }
[[checkpoint]]
key = "finish"
name = "Finish"
[[course]]
key = "ten"
name = "Ten"
visits = [{ at = "start", distance_m = 0 }, { at = "arch", distance_m = 5000, record = "in-out" }, { at = "finish", distance_m = 10000 }]
"#;

/// Three who run it.
pub const ENTRANTS: &str = "bib,name,nation\n117,Kim Chol-su,PRK\n118,Åsa Ødegård,NOR\nW1,Ann,GBR\n";

/// A folder with replicas, on which command lines run as people type them.
pub struct Desk {
    root: TempDir,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub code: u8,
    /// The output.
    pub out: String,
    /// The error stream.
    pub err: String,
}

impl Desk {
    /// A small race (`hq`), its bundle, and two phones that joined.
    ///
    /// # Panics
    /// As everything here does, when what must work fails.
    #[must_use]
    pub fn new() -> Self {
        let desk = Self::of(RACE, ENTRANTS);
        let link = desk.ticket("captain --checkpoint start --checkpoint arch --checkpoint finish");
        desk.ok(&format!("join {link} @phone-1 --file @race.bibtrail --name One --checkpoint arch"));
        desk.ok(&format!("join {link} @phone-2 --file @race.bibtrail --name Two --checkpoint 개선문"));
        desk
    }

    /// A race (`hq`) of this race file and these entrants, and its bundle (`race.bibtrail`).
    ///
    /// # Panics
    /// When they make no race.
    #[must_use]
    pub fn of(race: &str, entrants: &str) -> Self {
        let desk = Self { root: tempfile::tempdir().unwrap() };
        desk.write("race.toml", race.as_bytes());
        desk.write("entrants.csv", entrants.as_bytes());
        desk.ok("race new @hq --file @race.toml --entrants @entrants.csv");
        desk.ok("bundle @hq -o @race.bibtrail");
        desk
    }

    /// The link of a ticket for a role, with its checkpoints.
    ///
    /// # Panics
    /// When there is no such role.
    #[must_use]
    pub fn ticket(&self, role: &str) -> String {
        self.ok(&format!("ticket @hq --role {role}")).lines().next().unwrap().to_owned()
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The path of a name.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When the disk does not take it.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs a command line; `@name` is a path on the desk, `_` in a word a space. Gives code, output and error stream, in
    /// which paths are shown as they were given.
    ///
    /// # Panics
    /// When the error stream is no text.
    pub fn run_bytes(&self, line: &str, input: &str) -> (u8, Vec<u8>, String) {
        let word = |word: &str| match word.strip_prefix('@') {
            Some(name) => self.path(name).into_os_string(),
            None if word.starts_with("bibtrail:") => OsString::from(word),
            None => OsString::from(word.replace('_', " ")),
        };
        let args = std::iter::once("bibtrail".into()).chain(line.split_whitespace().map(word));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = bibtrail::run(args, &mut input.as_bytes(), &mut out, &mut err);
        (code, out, self.as_given(err))
    }

    fn as_given(&self, bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap().replace(&format!("{}/", self.root.path().display()), "@")
    }

    /// Runs a command line that says text.
    ///
    /// # Panics
    /// When it says no text.
    pub fn run(&self, line: &str, input: &str) -> Said {
        let (code, out, err) = self.run_bytes(line, input);
        Said { code, out: self.as_given(out), err }
    }

    /// Runs a command line that must end well; gives its output.
    ///
    /// # Panics
    /// When it does not.
    pub fn ok(&self, line: &str) -> String {
        let said = self.run(line, "");
        assert_eq!(said.code, 0, "{line}: {said:?}");
        said.out
    }

    /// The command must fail, say this, and leave what `hq` and `phone-1` hold as it was.
    ///
    /// # Panics
    /// When it does not.
    pub fn refused(&self, line: &str, expected: &str) {
        let before = self.digests();
        let said = self.run(line, "");
        assert!(said.code != 0, "{line} must fail: {said:?}");
        assert_eq!(said.err.trim_end(), expected, "{line}");
        assert_eq!(self.digests(), before, "{line} must change nothing");
    }

    fn digests(&self) -> Vec<String> {
        ["hq", "phone-1"].map(|name| self.run(&format!("digest @{name}"), "").out).into()
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}
