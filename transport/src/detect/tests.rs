use std::{net::SocketAddr, thread};

use bibtrail_core::log::Identity;

use super::*;
use crate::{
    cancel::Cancel,
    frame,
    tcp::{self, Listener},
    tls,
};

/// Dials a port on this machine with `dial`; gives what is detected there, and what `dial` gave.
fn detected<T: Send + 'static>(
    dial: impl FnOnce(TcpStream, SocketAddr) -> T + Send + 'static,
) -> (Result<Incoming, DetectError>, thread::JoinHandle<T>) {
    let mut listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.address();
    let dialling = thread::spawn(move || {
        let stream = tcp::dial(&address.to_string(), 60_000, &Cancel::new()).unwrap();
        dial(stream, address)
    });
    let (stream, _) = listener.accept(&Cancel::new()).unwrap();
    (accept(stream), dialling)
}

fn greet<S: Read + Write>(stream: S) -> Vec<u8> {
    let (ana, ben) = (Identity::from_seed([1; 32]), Identity::from_seed([2; 32]));
    let mut link = tls::connect(stream, &ana, Some(ben.log())).unwrap();
    frame::send(&mut link, b"hello").unwrap();
    let answer = frame::receive(&mut link).unwrap().unwrap();
    link.close().unwrap();
    answer
}

fn answer(incoming: Incoming) {
    let ben = Identity::from_seed([2; 32]);
    let mut link = tls::accept(incoming, &ben, &|_| true).unwrap();
    assert_eq!(frame::receive(&mut link).unwrap().unwrap(), b"hello");
    frame::send(&mut link, b"and you").unwrap();
    assert_eq!(frame::receive(&mut link).unwrap(), None);
}

#[test]
fn a_raw_link_and_a_websocket_come_in_by_one_door() {
    let (incoming, dialling) = detected(|stream, _| greet(stream));
    let incoming = incoming.unwrap();
    assert!(matches!(incoming, Incoming::Raw(_)));
    answer(incoming);
    assert_eq!(dialling.join().unwrap(), b"and you");

    let (incoming, dialling) = detected(|stream, address| {
        greet(websocket::connect(stream, &format!("ws://{address}/sync")).unwrap())
    });
    let incoming = incoming.unwrap();
    assert!(matches!(incoming, Incoming::WebSocket(_)));
    assert!(incoming.tcp().nodelay().unwrap());
    answer(incoming);
    assert_eq!(dialling.join().unwrap(), b"and you");
}

#[test]
fn anything_else_is_refused_by_name() {
    let (incoming, _dialling) =
        detected(|mut stream, _| stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").map(|()| stream));
    let error = incoming.unwrap_err().to_string();
    assert!(error.contains("neither TLS nor HTTP (its first byte is 0x53)"), "{error}");
    let (incoming, _dialling) = detected(|stream, _| drop(stream));
    assert!(matches!(incoming.unwrap_err(), DetectError::Silent));
    let (incoming, _dialling) =
        detected(|mut stream, _| stream.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").map(|()| stream));
    let error = incoming.unwrap_err().to_string();
    assert!(error.starts_with("the other end speaks no WebSocket: "), "{error}");
}
