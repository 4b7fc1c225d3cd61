//! Headquarters within the test, over real sockets, and somebody at a browser: requests in, status and text out.
//!
//! Invariant: what is asked goes over a connection of its own, as bytes that a browser or another system would send.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

use bibtrail::{host, replica::Folder};
use bibtrail_core::{ids::RaceId, store::Store, time::Reading};
use bibtrail_server::{
    hub::Replica,
    keeper::Home,
    server::{Front, Server},
    settings::Settings,
};
use bibtrail_tests::desk::Desk;
use serde_json::Value;

/// What a server says.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// The machine of the test.
struct Here(RaceId);

impl Home for Here {
    fn now(&self) -> Option<Reading> {
        host::reading(self.0).ok()
    }

    fn tidy(&self, store: &mut Store) -> Result<bool, String> {
        store.settle().map(|()| false).map_err(|error| error.to_string())
    }
}

/// Headquarters, at work on the desk's `hq`.
pub(crate) struct Hq {
    server: Option<Server>,
    pub(crate) address: String,
    pub(crate) staff: String,
    pub(crate) race: RaceId,
}

impl Hq {
    pub(crate) fn open(desk: &Desk, settings: Settings) -> Self {
        let store = Folder::new(&desk.path("hq")).open().unwrap().0;
        let race = store.race();
        let replica = Replica { store, home: Arc::new(Here(race)) };
        let any = Some("127.0.0.1:0".parse().unwrap());
        let front = Front { phones: any, public: any, staff: any, pem: None };
        let settings = Settings { picture_min_ms: 1, ..settings };
        let server = Server::begin(vec![replica], front, settings).unwrap();
        let address = |address: Option<std::net::SocketAddr>| address.unwrap().to_string();
        Self {
            address: address(server.front().public),
            staff: address(server.front().staff),
            server: Some(server),
            race,
        }
    }

    /// Where phones come.
    pub(crate) fn phones(&self) -> String {
        self.server.as_ref().unwrap().front().phones.unwrap().to_string()
    }

    /// Ends it in good order, so that the folder may be opened.
    pub(crate) fn close(mut self) {
        self.server.take().unwrap().stop();
    }

    /// Asks for something; `headers` are lines.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        ask(&self.address, method, path, headers, body)
    }

    /// Signs in by a link; gives the cookie.
    pub(crate) fn sign_in(&self, link: &str, name: &str) -> Result<Person<'_>, Answer> {
        let body = form(&[("link", link), ("name", name)]);
        let headers =
            format!("Origin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\n", self.address);
        let answer = self.ask("POST", "/sign-in", &headers, &body);
        if answer.status != 303 {
            return Err(answer);
        }
        let line = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        for word in ["HttpOnly", "SameSite=Strict", &format!("Path=/hq/{}", self.race)] {
            assert!(line.contains(word), "{line}");
        }
        Ok(Person { hq: self, cookie: line.split(';').next().unwrap().to_owned() })
    }
}

/// Somebody who signed in.
pub(crate) struct Person<'a> {
    hq: &'a Hq,
    pub(crate) cookie: String,
}

impl Person<'_> {
    fn path(&self, path: &str) -> String {
        format!("/hq/{}{path}", self.hq.race)
    }

    /// Looks at a page of the race.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.hq.ask("GET", &self.path(path), &format!("Cookie: {}\r\n", self.cookie), "")
    }

    /// Sends a form of the race's pages.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = format!(
            "Cookie: {}\r\nOrigin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            self.cookie, self.hq.address
        );
        self.hq.ask("POST", &self.path(path), &headers, &form(fields))
    }

    /// Presses the undo button of an answer.
    pub(crate) fn undo(&self, answer: &Answer) -> Answer {
        self.post("/undo", &[("undo", &hidden(&answer.body, "undo")), ("back", "/")])
    }
}

/// The value of a hidden field, the first of its name.
pub(crate) fn hidden(body: &str, name: &str) -> String {
    let marked = format!("name=\"{name}\" value=\"");
    let (_, rest) = body.split_once(&marked).unwrap_or_else(|| panic!("no {name} in {body}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Fields as a browser sends them.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let plain = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let encoded = |text: &str| text.bytes().map(plain).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// One request over a connection of its own.
pub(crate) fn ask(address: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let length = if method == "GET" { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}{length}\r\n{body}"
    );
    raw(address, &text)
}

/// Sends these bytes, and reads all that comes back.
pub(crate) fn raw(address: &str, text: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    // A server that has heard enough may close before it read everything.
    let _sent = stream.write_all(text.as_bytes());
    let (mut bytes, mut part) = (Vec::new(), [0; 16 * 1024]);
    while let Ok(count @ 1..) = stream.read(&mut part) {
        bytes.extend_from_slice(&part[..count]);
        // A stream of events does not end.
        let so_far = String::from_utf8_lossy(&bytes);
        if so_far.contains("text/event-stream") && so_far.contains("\r\n\r\n") {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A sign-in made on the desk: the link, or the token of a door, and its ticket.
pub(crate) fn sign_in(desk: &Desk, options: &str) -> (String, String) {
    let out = desk.ok(&format!("sign-in @hq --url https://hq.example/ --json {options}"));
    let made: Value = serde_json::from_str(&out).unwrap();
    let text = |name: &str| made[name].as_str().map(str::to_owned);
    (text("token").or_else(|| text("link")).unwrap(), text("ticket").unwrap())
}
