//! Replicas in processes of their own, for tests of real links: a desk with a race and two phones, and those who listen.
//!
//! Invariant: nothing waits for time: a process is ready when it says so, and every wait ends when the process does.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use bibtrail::replica::Folder;
use bibtrail_core::{ids::LogId, store::Store};
use tempfile::TempDir;

const RACE: &str = r#"
name = "Night Run"
start = "2025-04-06T09:00:00+09:00"
time_zone = "Asia/Seoul"
checkpoint = [{ key = "start", name = "Start" }, { key = "k1", name = "Arch" }]
[[course]]
key = "ten"
name = "Ten"
visits = [{ at = "start", distance_m = 0 }, { at = "k1", distance_m = 5000 }]
"#;

/// A folder of replicas: `hq` began the race, `phone-1` and `phone-2` joined it.
pub(crate) struct Desk {
    root: TempDir,
    /// The ticket by which the phones joined.
    pub(crate) ticket: String,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) is_ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let mut desk = Self { root: tempfile::tempdir().unwrap(), ticket: String::new() };
        fs::write(desk.path("race.toml"), RACE).unwrap();
        desk.ok("race new @hq --file @race.toml");
        desk.ticket = desk.ok("ticket @hq --checkpoint k1").lines().next().unwrap().to_owned();
        desk.ok("bundle @hq -o @race.bibtrail");
        desk.join("phone-1");
        desk.join("phone-2");
        desk
    }

    /// One more phone joins.
    pub(crate) fn join(&self, name: &str) {
        self.ok(&format!("join {} @{name} --file @race.bibtrail --name {name}", self.ticket));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A command line; `@name` is a path on the desk.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_command"));
        for word in line.split_whitespace() {
            match word.strip_prefix('@') {
                Some(name) => command.arg(self.path(name)),
                None => command.arg(word),
            };
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Said {
        let ended = self.command(line).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { is_ok: ended.status.success(), out: text(ended.stdout), err: text(ended.stderr) }
    }

    pub(crate) fn ok(&self, line: &str) -> String {
        let said = self.run(line);
        assert!(said.is_ok, "{line}: {said:?}");
        said.out
    }

    /// Records bibs; each is confirmed in a line of its own.
    pub(crate) fn scan(&self, name: &str, bibs: &[String]) {
        let out = self.ok(&format!("scan @{name} {} --checkpoint k1 --json", bibs.join(" ")));
        let confirmed: Vec<String> = serde_json::Deserializer::from_str(&out)
            .into_iter::<serde_json::Value>()
            .map(|said| said.unwrap()["bib"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(confirmed, bibs, "all are confirmed");
    }

    pub(crate) fn digest(&self, name: &str) -> String {
        self.ok(&format!("digest @{name} --json"))
    }

    /// Both hold the same, and are whole.
    pub(crate) fn same(&self, one: &str, other: &str) {
        assert_eq!(self.digest(one), self.digest(other), "{one} and {other}");
        self.ok(&format!("verify @{one}"));
        self.ok(&format!("verify @{other}"));
    }

    /// The replica in this process. No other may have it open.
    pub(crate) fn open(&self, name: &str) -> Store {
        Folder::new(&self.path(name)).open().unwrap().0
    }

    /// Lets a replica listen in a process of its own, on any port; `more` are further words.
    pub(crate) fn listen(&self, name: &str, more: &str) -> Listening {
        self.serve(&format!("listen @{name} --port 0 --quiet {more}"), 1)
    }

    /// Starts a process that listens on so many ports.
    pub(crate) fn serve(&self, line: &str, ports: usize) -> Listening {
        self.spawn(self.command(line), ports)
    }

    /// Starts this one, which listens on so many ports.
    pub(crate) fn spawn(&self, mut command: Command, ports: usize) -> Listening {
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        read_lines(child.stdout.take().unwrap(), sender.clone());
        read_lines(child.stderr.take().unwrap(), sender);
        let mut listening = Listening { child, lines, addresses: Vec::new(), log: LogId([0; 32]) };
        for _ in 0..ports {
            // "… listens on port 1234 as 3fa2b1c0…"
            let line = listening.line();
            let words: Vec<&str> = line.split_whitespace().rev().collect();
            assert_eq!(words[4..6], ["on", "listens"], "{line}");
            listening.addresses.push(format!("127.0.0.1:{}", words[2]));
            listening.log = LogId::parse(words[0]).unwrap();
        }
        listening
    }
}

fn read_lines(from: impl Read + Send + 'static, to: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                break;
            }
        }
    });
}

/// A process that listens. It is killed in the end.
pub(crate) struct Listening {
    pub(crate) child: Child,
    lines: Receiver<String>,
    addresses: Vec<String>,
    /// Who listens on the last port.
    pub(crate) log: LogId,
}

impl Listening {
    pub(crate) fn address(&self) -> &str {
        &self.addresses[0]
    }

    /// The next line it says, on whichever stream. It must not end before.
    pub(crate) fn line(&self) -> String {
        self.lines.recv().unwrap()
    }

    /// The next line; nothing when it has ended and said all.
    pub(crate) fn last_line(&self) -> Option<String> {
        self.lines.recv().ok()
    }

    /// What it says of the next visit, without the address of who came.
    pub(crate) fn verdict(&self) -> String {
        loop {
            let line = self.line();
            // "✗ 127.0.0.1:1234: …"; a remark to it is indented.
            if let Some((_, rest)) = line.strip_prefix(['✗', '✓']).and_then(|line| line.split_once(": "))
            {
                return format!("{} {rest}", &line[..'✓'.len_utf8()]);
            }
        }
    }

    /// Asks it to end, as a system does that shuts down, and waits.
    pub(crate) fn stop(&mut self) -> std::process::ExitStatus {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap()
    }

    /// Kills it at once, whatever it does.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may be dead already.
        let _killed = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Waits until it ends by itself.
    pub(crate) fn join(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.end();
    }
}
