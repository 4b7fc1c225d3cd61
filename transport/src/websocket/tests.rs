use std::{net::SocketAddr, sync::Arc, thread};

use bibtrail_core::log::Identity;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivateKeyDer, version::TLS13,
};

use super::*;
use crate::{tcp::Listener, testing::wire, tls};

fn listener() -> (Listener, SocketAddr) {
    let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.address();
    (listener, address)
}

/// Large enough for many messages.
fn long() -> Vec<u8> {
    (0..700_000_u32).map(|n| n.to_le_bytes()[n as usize % 4]).collect()
}

/// Sends the long text through the links' own TLS inside `socket`, and gives it back.
fn dial_end<S: Read + Write>(socket: S) {
    let (ana, ben) = (Identity::from_seed([1; 32]), Identity::from_seed([2; 32]));
    let mut link = tls::connect(socket, &ana, Some(ben.log())).unwrap();
    link.write_all(&long()).and_then(|()| link.close()).unwrap();
    let mut answer = String::new();
    link.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "all there");
}

fn answer_end<S: Read + Write>(socket: S) {
    let (ana, ben) = (Identity::from_seed([1; 32]), Identity::from_seed([2; 32]));
    let mut link = tls::accept(socket, &ben, &|log| log == ana.log()).unwrap();
    let mut text = Vec::new();
    link.read_to_end(&mut text).unwrap();
    assert!(text == long());
    link.write_all(b"all there").and_then(|()| link.close()).unwrap();
}

#[test]
fn the_links_own_tls_runs_inside_over_tcp() {
    let (mut listener, address) = listener();
    let dialling = thread::spawn(move || {
        dial_end(dial(&format!("ws://{address}/sync"), 60_000, &Cancel::new()).unwrap());
    });
    let (stream, _) = listener.accept(&Cancel::new()).unwrap();
    answer_end(accept(stream).unwrap());
    dialling.join().unwrap();
}

#[test]
fn the_links_own_tls_runs_inside_https() {
    let front = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(front.cert.der().clone()).unwrap();
    let (mut listener, address) = listener();
    let url = format!("wss://{address}/sync");
    let dialling = thread::spawn(move || {
        let error = dial(&url, 60_000, &Cancel::new()).unwrap_err().to_string();
        assert!(error.starts_with("no trusted HTTPS with 127.0.0.1: "), "{error}");
        let socket = dial_trusting(|| roots, &url, 60_000, &Cancel::new()).unwrap();
        assert!(socket.get_ref().tcp().nodelay().unwrap());
        dial_end(socket);
    });
    let key = PrivateKeyDer::try_from(front.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![front.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let mut next = || {
        let (stream, _) = listener.accept(&Cancel::new()).unwrap();
        accept(StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream))
    };
    assert!(next().is_err());
    answer_end(next().unwrap());
    dialling.join().unwrap();
}

/// A stranger who is a proper WebSocket client, and what our end makes of what he sends.
fn stranger(sends: impl FnOnce(&mut WebSocket<crate::testing::End>) + Send + 'static) -> io::Result<Vec<u8>> {
    let (his, ours, _) = wire();
    let stranger = thread::spawn(move || {
        let (mut socket, _) = tungstenite::client("ws://here/", his).unwrap();
        sends(&mut socket);
        let mut heard = Vec::new();
        while let Ok(message) = socket.read() {
            heard.push(message);
        }
        heard
    });
    let mut socket = accept(ours).unwrap();
    let mut received = Vec::new();
    let done = socket.read_to_end(&mut received).map(|_| received);
    drop(socket);
    stranger.join().unwrap();
    done
}

#[test]
fn pings_are_answered_and_a_goodbye_is_the_end() {
    let received = stranger(|socket| {
        socket.send(Message::binary(&b"one "[..])).unwrap();
        socket.send(Message::Ping("there?".into())).unwrap();
        socket.send(Message::binary(&b""[..])).unwrap();
        socket.send(Message::binary(&b"two"[..])).unwrap();
        assert_eq!(socket.read().unwrap(), Message::Pong("there?".into()));
        socket.close(None).unwrap();
        assert!(matches!(socket.read().unwrap(), Message::Close(_)));
    });
    assert_eq!(received.unwrap(), b"one two");
}

#[test]
fn what_a_stranger_must_not_send() {
    let text = stranger(|socket| socket.send(Message::text("hello")).unwrap()).unwrap_err();
    assert_eq!(text.to_string(), "a text came where only bytes do");
    let long = stranger(|socket| {
        // Our end may hang up before all of it is sent.
        let _refused = socket.send(Message::binary(vec![0; MESSAGE_MAX_BYTES + 1]));
    });
    assert_eq!(long.unwrap_err().kind(), io::ErrorKind::InvalidData);
    let pings = stranger(|socket| while socket.send(Message::Ping("x".into())).is_ok() {});
    assert_eq!(Excess::of(&pings.unwrap_err()), Some(Excess::Bytes));
    let (his, ours, _) = wire();
    let vanishing = thread::spawn(move || drop(tungstenite::client("ws://here/", his).unwrap()));
    let error = accept(ours).unwrap().read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    vanishing.join().unwrap();
}

#[test]
fn greetings_that_are_none() {
    let greeting = |bytes: Vec<u8>| {
        let (mut his, ours, _) = wire();
        his.write_all(&bytes).unwrap();
        accept(ours).map(drop).unwrap_err()
    };
    let endless = [b"GET / HTTP/1.1\r\nX: ".to_vec(), vec![b'x'; 100_000]].concat();
    assert!(matches!(greeting(endless), WebSocketError::Excess(Excess::Bytes)));
    assert!(matches!(greeting(b"POST / HTTP/1.1\r\n\r\n".to_vec()), WebSocketError::NotWebSocket(_)));
    assert!(matches!(greeting(vec![0; 100]), WebSocketError::NotWebSocket(_)));

    let (his, mut ours, _) = wire();
    let dialling = thread::spawn(move || connect(his, "ws://here/elsewhere").map(drop).unwrap_err());
    ours.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert!(matches!(dialling.join().unwrap(), WebSocketError::Status(404)));
}

#[test]
fn addresses_that_are_none() {
    for url in ["", "here", "http://here/", "ws://", "ws://:80/", "ws://a b/"] {
        let error = dial(url, 60_000, &Cancel::new()).map(drop).unwrap_err();
        assert!(matches!(error, WebSocketError::Url { .. }), "{url}: {error}");
    }
}
