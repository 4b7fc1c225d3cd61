//! What hostile peers say: bytes made by hand, as `docs/wire.md` describes them and worse.
//!
//! Invariant: each goes out over a link whose keys were proved, after an honest greeting.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
};

use bibtrail_transport::{frame, tls::Secure};
use integer_encoding::VarInt;
use rustls::{
    ClientConfig, ClientConnection,
    client::{
        AlwaysResolvesClientRawPublicKeys,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime},
    sign::CertifiedKey,
};

type Link = Secure<TcpStream>;

/// Says something hostile; fails when the other end has hung up by then.
pub(super) type Deed = Box<dyn Fn(&mut Link) -> Result<(), frame::FrameError>>;

/// What it is, how it is done, and how the line begins that tells of it.
pub(super) type Attack = (&'static str, Deed, &'static str);

const TURN: u8 = 0x80;
const VECTOR: u8 = 3;
const SEGMENTS: u8 = 5;
const NEED: u8 = 6;
const REFUSED: u8 = 7;
const PING: u8 = 9;

/// Of the hash at a place.
const CHECK_BYTES: usize = 8;

/// A message that says nothing, and whether it gives the word away.
pub(super) fn nothing(turn: bool) -> Vec<u8> {
    vec![REFUSED | if turn { TURN } else { 0 }]
}

/// A place in a log; any digest.
fn place(seq: u64) -> Vec<u8> {
    let mut bytes = seq.wrapping_shl(1).encode_var_vec();
    bytes.extend([7; CHECK_BYTES]);
    bytes
}

fn one(message: Vec<u8>) -> Deed {
    Box::new(move |link| frame::send(link, &message))
}

fn raw(bytes: Vec<u8>) -> Deed {
    Box::new(move |link| link.write_all(&bytes).and_then(|()| link.flush()).map_err(frame::FrameError::Link))
}

/// Says it until the link is closed.
fn endless(message: Vec<u8>) -> Deed {
    Box::new(move |link| {
        loop {
            frame::send(link, &message)?;
        }
    })
}

/// Compares clocks again and again, each time in turn.
fn turns_without_end(link: &mut Link) -> Result<(), frame::FrameError> {
    loop {
        frame::send(link, &[PING | TURN])?;
        loop {
            let Some(heard) = frame::receive(link)? else { return Ok(()) };
            if heard[0] & TURN != 0 {
                break;
            }
        }
    }
}

/// Segments of a listed key, each of one operation that is none.
fn segments(count: usize) -> Vec<u8> {
    let mut one = vec![1, 1, 1];
    one.extend([0; 64]);
    one.extend([1, 0]);
    one.repeat(count)
}

fn packed(plain: &[u8]) -> Vec<u8> {
    [&[SEGMENTS, 1], zstd::bulk::compress(plain, 9).unwrap().as_slice()].concat()
}

/// 64 MiB of zeros in a few KiB, in a window that is allowed.
fn bomb() -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(vec![SEGMENTS, 1], 9).unwrap();
    encoder.window_log(18).unwrap();
    io::copy(&mut io::repeat(0).take(64 << 20), &mut encoder).unwrap();
    encoder.finish().unwrap()
}

/// What a member may try on who listens.
pub(super) fn attacks() -> Vec<Attack> {
    let need = |seq: u64| [vec![NEED | TURN, 1], place(seq)].concat();
    let mut many = vec![SEGMENTS | TURN, 0, 1, 1];
    many.extend((1_u64 << 63).encode_var_vec());
    let gibibyte = (1_u64 << 30).encode_var_vec();
    vec![
        (
            "a request from place 2^63 - 1",
            one(need(u64::MAX >> 1)),
            "the other side sent a message that does not read: a place in a log",
        ),
        (
            "a segment of 2^63 operations",
            one(many),
            "the other side sent a message that does not read: a segment of 1 to 256 operations",
        ),
        (
            "a list out of turn of 2^40 operations",
            one([vec![VECTOR | TURN], vec![9; 8], place(1 << 40)].concat()),
            "the other side spoke out of turn: a list of what is held",
        ),
        ("a frame of 1 GiB", raw(gibibyte), "a frame begins with no proper length"),
        ("a frame of 2 MiB", raw(vec![0xff, 0xff, 0x7f]), "a frame of 2097151 bytes is longer than"),
        (
            "half a frame of 64 KiB",
            Box::new(|link| {
                raw([vec![0x80, 0x80, 0x04], vec![5; 40_000]].concat())(link)?;
                link.get_ref().shutdown(Shutdown::Both).map_err(frame::FrameError::Link)
            }),
            "the link broke: peer closed connection",
        ),
        (
            "a frame of 1 MiB",
            raw([vec![0x80, 0x80, 0x40], vec![SEGMENTS; 1 << 20]].concat()),
            "a frame of 1048576 bytes is longer than 65536",
        ),
        ("an unknown message", one(vec![0x6f]), "the other side sent a message that does not read: a known"),
        (
            "a turn without end",
            endless(nothing(false)),
            "the other side does not come to an end: more than 16384 messages in one turn",
        ),
        (
            "turns without end",
            Box::new(turns_without_end),
            "the other side does not come to an end: more than 32 turns",
        ),
        ("words out of turn", endless(nothing(true)), "the other side spoke out of turn: a message"),
        (
            "reasons without end",
            endless([vec![REFUSED], [1, b'x'].repeat(4000)].concat()),
            "the other side does not come to an end: more than 64 MiB in one session",
        ),
        (
            "requests without end",
            endless([vec![NEED], [1, 0].repeat(4000)].concat()),
            "the other side does not come to an end: more than 8 requests for one log",
        ),
        (
            "wrong segments without end",
            endless(packed(&segments(3000))),
            "the other side sent more than 64 segments whose chain or signature is wrong",
        ),
        (
            "64 MiB packed at once",
            one(packed(&vec![0; 64 << 20])),
            "the other side sent a message that does not read: packed segments",
        ),
        ("64 MiB packed as a stream", one(bomb()), "the other side sent a message that unpacks to more than"),
    ]
}

/// What a server may try on who dials, after its answer to the greeting.
pub(super) fn answers() -> Vec<Attack> {
    let list = |seq: u64, turn: u8| [vec![VECTOR | turn], vec![9; 8], place(seq)].concat();
    vec![
        (
            "a log of 2^63 operations",
            one(list(u64::MAX >> 1, TURN)),
            "a message that does not read: a place in",
        ),
        ("a log of 2^41 operations", one(list(1 << 41, TURN)), "a message that does not read: a place in"),
        ("lists without end", endless(vec![VECTOR]), "spoke out of turn: a list of what is held"),
        ("a turn without end", endless(nothing(false)), "more than 16384 messages in one turn"),
        ("a bomb", one(bomb()), "a message that unpacks to more than"),
    ]
}

/// Believes everybody.
#[derive(Debug)]
struct Gullible;

impl ServerCertVerifier for Gullible {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        vec![rustls::SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// Dials with the neutral element of the curve as key, for which anybody can sign.
pub(super) fn dial_weakly(mut stream: TcpStream) {
    // RFC 8410: an Ed25519 key as PKCS #8, and as SubjectPublicKeyInfo.
    let secret = [hex_bytes("302e020100300506032b657004220420"), vec![1; 32]].concat();
    let signing = ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(secret)).unwrap();
    let weak = [hex_bytes("302a300506032b6570032100"), vec![1], vec![0; 31]].concat();
    let key = Arc::new(CertifiedKey::new(vec![weak.into()], signing));
    let mut config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Gullible))
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(key)));
    config.alpn_protocols = vec![b"bibtrail/1".to_vec()];
    let name = ServerName::try_from("bibtrail.invalid").unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut verdict = [0];
    let refused = rustls::Stream::new(&mut connection, &mut stream).read_exact(&mut verdict);
    assert!(refused.is_err(), "{verdict:?}");
}

fn hex_bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
