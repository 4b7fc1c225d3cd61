//! A PostgreSQL of our own: made in a temporary folder, reached by a socket in it, stopped, killed and started again.
//!
//! Invariant: it syncs like any other; nothing of it is left when it is dropped.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a proving ground: a failure is a panic")]

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::{PermissionsExt, chown},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

/// A database server.
pub struct Postgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
    server: Option<Child>,
}

/// Where the programs of PostgreSQL are: of the newest version here.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = versions.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let newest = versions.filter(|path| path.join("bin/initdb").exists()).max_by_key(number)?;
    Some(newest.join("bin"))
}

impl Postgres {
    /// Begins one; nothing if PostgreSQL is not installed. Then it says so.
    ///
    /// # Panics
    /// When it is installed and does not start.
    #[must_use]
    pub fn begin() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os("BIBTRAIL_NEEDS_POSTGRES").is_none(),
                "PostgreSQL is not installed, and BIBTRAIL_NEEDS_POSTGRES says that it must be"
            );
            #[allow(
                clippy::print_stdout,
                reason = "whoever reads the tests' output learns what they did not do"
            )]
            {
                println!("SKIPPED: PostgreSQL is not installed (/usr/lib/postgresql); this needs one");
            }
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::create_dir(folder.path().join("socket")).unwrap();
        if is_root() {
            for name in ["data", "socket"] {
                chown(folder.path().join(name), Some(nobody()), None).unwrap();
            }
        }
        let mut postgres = Self { folder, programs, server: None };
        let mut command = postgres.command("initdb");
        command.args(["--username=bibtrail", "--auth=trust", "--encoding=UTF8", "--no-locale", "-D"]);
        let made = command.arg(postgres.data()).stdout(Stdio::null()).status().unwrap();
        assert!(made.success(), "initdb");
        postgres.write("postgresql.auto.conf", "listen_addresses = ''\nmax_connections = 200\n");
        postgres.start();
        Some(postgres)
    }

    /// How it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        let socket = self.socket().display().to_string().replace('/', "%2F");
        format!("postgresql://bibtrail@{socket}/postgres")
    }

    /// Starts it, and waits until it takes connections.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&mut self) {
        for _ in 0..100 {
            match self.try_start() {
                Ok(server) => {
                    self.server = Some(server);
                    return;
                }
                // What a kill left of it goes by itself, soon.
                Err(said)
                    if said
                        .iter()
                        .any(|line| line.contains("still in use") || line.contains("is another")) =>
                {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                Err(said) => panic!("PostgreSQL ended: {said:?}"),
            }
        }
        panic!("PostgreSQL does not let go of its folder");
    }

    fn try_start(&self) -> Result<Child, Vec<String>> {
        let mut command = self.command("postgres");
        command.arg("-k").arg(self.socket());
        command.arg("-D").arg(self.data()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        for line in lines.by_ref().map_while(Result::ok) {
            if line.contains("ready to accept connections") {
                // What it says further is read, so that it never waits for a reader.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(child);
            }
            said.push(line);
        }
        child.wait().unwrap();
        Err(said)
    }

    /// Kills it, as a power cut does.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&mut self) {
        let mut server = self.server.take().unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
    }

    /// Stops it in good order, and cuts everybody off.
    ///
    /// # Panics
    /// When it does not end well.
    pub fn stop(&mut self) {
        let mut server = self.server.take().unwrap();
        kill_process(Pid::from_child(&server), Signal::INT).unwrap();
        assert!(server.wait().unwrap().success());
    }

    /// Lets it speak TLS on a port of this machine, with this certificate and key (PEM), from the next start on. Gives how
    /// it is reached there.
    ///
    /// # Panics
    /// When its files cannot be written.
    #[must_use]
    pub fn speak_tls(&self, certificate: &str, key: &str) -> String {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        self.write("server.crt", certificate);
        self.write("server.key", key);
        let on = format!("listen_addresses = '127.0.0.1'\nport = {port}\nssl = on\n");
        self.write("postgresql.auto.conf", &on);
        format!("postgresql://bibtrail@localhost:{port}/postgres")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if is_root() {
            chown(path, Some(nobody()), None).unwrap();
        }
    }

    /// Runs SQL, and gives what came of it as text.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).unwrap()
    }

    /// As [`Postgres::sql`].
    ///
    /// # Errors
    /// What the database says against it.
    ///
    /// # Panics
    /// When the program that asks cannot be run.
    pub fn try_sql(&self, sql: &str) -> Result<String, String> {
        let mut command = self.command("psql");
        command.args(["-U", "bibtrail", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-Atc", sql, "-h"]);
        let out = command.arg(self.socket()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
        if out.status.success() { Ok(text(out.stdout)) } else { Err(text(out.stderr)) }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// PostgreSQL does not run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            let id = nobody();
            command.arg(format!("--reuid={id}")).arg("--clear-groups").arg(program);
            command
        } else {
            Command::new(program)
        };
        command.stdin(Stdio::null()).current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ended = kill_process(Pid::from_child(&server), Signal::INT);
            let _ended = server.wait();
        }
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The user `nobody`, as every system of ours has it.
fn nobody() -> u32 {
    65_534
}
