//! `serve`: headquarters. Many races, hundreds of phones, and HTTP, until it is stopped.
//!
//! Invariant: a folder is served by one process; stopping it by an interrupt or a signal loses nothing and ends well.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, mpsc::channel},
};

use bibtrail_core::{ids::RaceId, op::Role, store::Store, time::Reading};
use bibtrail_server::{
    ServerError,
    hub::Replica,
    keeper::Home,
    server::{Front, Server},
    settings::Settings,
    shared::Address,
};
use tracing_subscriber::filter::LevelFilter;

use super::{
    link::{stop_on_interrupt, wait},
    members, open,
};
use crate::{
    Error,
    args::{self, LogLevel, ServeOptions},
    console::Console,
    demo::Live,
    host,
    replica::Folder,
};

/// Where phones come if nothing else is said.
const PHONES: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 4747);

/// The demo is the same race each time, only later.
const DEMO_SEED: u64 = 1;

/// A replica's folder, and its race.
struct Here {
    folder: Folder,
    race: RaceId,
    shared: Option<Address>,
}

impl Home for Here {
    fn now(&self) -> Option<Reading> {
        host::reading(self.race).ok()
    }

    fn tidy(&self, store: &mut Store) -> Result<bool, String> {
        let tidied = store.settle().map_err(Error::from).and_then(|()| {
            self.folder.leave_mark(store);
            self.folder.rotate_if_due(store)
        });
        tidied.map_err(|error| error.to_string())
    }

    fn shared(&self) -> Option<Address> {
        self.shared.clone()
    }
}

pub(super) fn serve(args: args::Serve, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut options = match &args.config {
        Some(path) => args.options.or(read(path)?),
        None => args.options,
    };
    let live = if args.demo { Some(demo(&mut options)?) } else { None };
    if options.dirs.is_empty() {
        return Err(Error::NothingToServe);
    }
    begin_log(options.log.unwrap_or(LogLevel::Info));
    let interrupt = stop_on_interrupt();
    let shared = options.postgres.as_ref();
    let shared = shared.map(|text| Address::parse(text, options.postgres_ca.as_deref())).transpose();
    let shared = shared.map_err(ServerError::from)?;
    let (mut replicas, mut sign_in) = (Vec::new(), None);
    for dir in &options.dirs {
        let mut store = open(dir, console)?;
        if live.is_some() {
            let invitation = members::mint(&mut store, dir, Role::Director, &[])?;
            sign_in = Some(members::sign_in_path(&invitation));
        }
        let here = Here { folder: Folder::new(dir), race: store.race(), shared: shared.clone() };
        replicas.push(Replica { store, home: Arc::new(here) });
    }
    let server = Server::begin(replicas, options.front(), options.settings())?;
    let front = server.front();
    if let Some(phones) = front.phones {
        for (dir, race) in options.dirs.iter().zip(server.hub().races()) {
            // What others wrote may have shown that it must go on under a new key.
            let log = race.identity().log();
            console.line(format_args!("{} listens on port {} as {log}", dir.display(), phones.port()))?;
        }
    }
    let scheme = if front.pem.is_some() { "https" } else { "http" };
    for (side, address) in [("public", front.public), ("staff", front.staff)] {
        if let Some(address) = address {
            console.line(format_args!("{side}: {scheme}://{address}"))?;
        }
    }
    if let (Some(path), Some(address)) = (sign_in, front.staff) {
        console.line(format_args!("to work there as the director: {scheme}://{address}{path}"))?;
    }
    console.flush()?;
    let race = live.zip(front.phones).map(|(live, phones)| {
        let cancel = interrupt.clone();
        std::thread::spawn(move || live.run(phones, &cancel, wait))
    });
    let (sender, stopped) = channel::<()>();
    let hook = interrupt.on_cancel(move || drop(sender));
    // It ends when the sender is dropped.
    let _ended = stopped.recv();
    drop(hook);
    if race.is_some_and(|race| race.join().is_err()) {
        console.remark("! the demo's phones ended by a fault");
    }
    server.stop();
    console.line("stopped; everything is on the disk")?;
    Ok(crate::OK)
}

/// Begins the demo's race, and serves it to this machine unless other addresses are given.
fn demo(options: &mut ServeOptions) -> Result<Live, Error> {
    let here = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let live = Live::begin(DEMO_SEED)?;
    options.dirs = vec![live.headquarters()];
    options.phones.get_or_insert(here(0));
    options.public.get_or_insert(here(8080));
    options.staff.get_or_insert(here(8081));
    options.log.get_or_insert(LogLevel::Warn);
    Ok(live)
}

fn read(path: &Path) -> Result<ServeOptions, Error> {
    let text = fs::read_to_string(path).map_err(Error::file(path))?;
    let wrong = |error: toml::de::Error| Error::Settings {
        path: path.to_owned(),
        what: error.to_string().trim_end().replace('\n', " "),
    };
    let mut options: ServeOptions = toml::from_str(&text).map_err(wrong)?;
    // Paths in a file are meant from where the file is.
    let base = path.parent().unwrap_or(Path::new(""));
    let from_here = |path: &mut PathBuf| *path = base.join(&*path);
    options.dirs.iter_mut().for_each(from_here);
    options.cert.iter_mut().for_each(from_here);
    options.key.iter_mut().for_each(from_here);
    options.postgres_ca.iter_mut().for_each(from_here);
    Ok(options)
}

/// Lines of JSON on stderr. Within one process only the first command sets it up; tests run many.
fn begin_log(level: LogLevel) {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
    };
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_target(false);
    let _begun = lines.with_max_level(level).with_writer(std::io::stderr).try_init();
}

impl ServeOptions {
    /// What is not given here is taken from there.
    fn or(self, file: Self) -> Self {
        Self {
            dirs: if self.dirs.is_empty() { file.dirs } else { self.dirs },
            phones: self.phones.or(file.phones),
            public: self.public.or(file.public),
            staff: self.staff.or(file.staff),
            cert: self.cert.or(file.cert),
            key: self.key.or(file.key),
            postgres: self.postgres.or(file.postgres),
            postgres_ca: self.postgres_ca.or(file.postgres_ca),
            https: self.https || file.https,
            log: self.log.or(file.log),
            visits_max: self.visits_max.or(file.visits_max),
            arrivals_burst: self.arrivals_burst.or(file.arrivals_burst),
            arrivals_per_second: self.arrivals_per_second.or(file.arrivals_per_second),
            key_burst: self.key_burst.or(file.key_burst),
            key_per_minute: self.key_per_minute.or(file.key_per_minute),
            group_max: self.group_max.or(file.group_max),
            queue_max: self.queue_max.or(file.queue_max),
            picture_min_ms: self.picture_min_ms.or(file.picture_min_ms),
            picture_max_ms: self.picture_max_ms.or(file.picture_max_ms),
            http_connections_max: self.http_connections_max.or(file.http_connections_max),
            streams_max: self.streams_max.or(file.streams_max),
            stop_ms: self.stop_ms.or(file.stop_ms),
        }
    }

    fn front(&self) -> Front {
        Front {
            phones: Some(self.phones.unwrap_or(PHONES)),
            public: self.public,
            staff: self.staff,
            pem: self.cert.clone().zip(self.key.clone()),
        }
    }

    fn settings(&self) -> Settings {
        let usual = Settings::default();
        Settings {
            visits_max: self.visits_max.unwrap_or(usual.visits_max),
            arrivals_burst: self.arrivals_burst.unwrap_or(usual.arrivals_burst),
            arrivals_per_second: self.arrivals_per_second.unwrap_or(usual.arrivals_per_second),
            key_burst: self.key_burst.unwrap_or(usual.key_burst),
            key_per_minute: self.key_per_minute.unwrap_or(usual.key_per_minute),
            group_max: self.group_max.unwrap_or(usual.group_max),
            queue_max: self.queue_max.unwrap_or(usual.queue_max),
            picture_min_ms: self.picture_min_ms.unwrap_or(usual.picture_min_ms),
            picture_max_ms: self.picture_max_ms.unwrap_or(usual.picture_max_ms),
            http_connections_max: self.http_connections_max.unwrap_or(usual.http_connections_max),
            is_https: self.https || self.cert.is_some(),
            streams_max: self.streams_max.unwrap_or(usual.streams_max),
            stop_ms: self.stop_ms.unwrap_or(usual.stop_ms),
            ..usual
        }
    }
}
