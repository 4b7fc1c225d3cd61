use std::{collections::BTreeSet, thread};

use rustls::{ServerConfig, ServerConnection, server::AlwaysResolvesServerRawPublicKeys, sign::CertifiedKey};

use super::*;
use crate::testing::{BACK, End, THERE, tampered, wire};

fn identity(n: u8) -> Identity {
    Identity::from_seed([n; 32])
}

fn ana() -> Identity {
    identity(1)
}
fn ben() -> Identity {
    identity(2)
}
fn eve() -> Identity {
    identity(3)
}

const ALL: &dyn Fn(LogId) -> bool = &|_| true;

fn all_of(link: &mut impl Read) -> io::Result<String> {
    let mut text = String::new();
    link.read_to_string(&mut text).map(|_| text)
}

/// Ana dials Ben; both say something and end cleanly. Gives what each of them read.
fn talk(ana_end: End, ben_end: End) -> (Result<String, String>, Result<String, String>) {
    let there = move || -> Result<String, String> {
        let mut link = connect(ana_end, &ana(), Some(ben().log())).map_err(|e| e.to_string())?;
        assert_eq!(link.peer(), ben().log());
        link.write_all(b"bib 117 at km 30").and_then(|()| link.close()).map_err(|e| e.to_string())?;
        all_of(&mut link).map_err(|e| e.to_string())
    };
    let back = move || -> Result<String, String> {
        let mut link = accept(ben_end, &ben(), &|log| log == ana().log()).map_err(|e| e.to_string())?;
        assert_eq!(link.peer(), ana().log());
        let text = all_of(&mut link).map_err(|e| e.to_string())?;
        link.write_all(b"noted").and_then(|()| link.close()).map_err(|e| e.to_string())?;
        Ok(text)
    };
    let (there, back) = (thread::spawn(there), thread::spawn(back));
    (there.join().unwrap(), back.join().unwrap())
}

/// Runs both ends; gives why each refused.
fn refusals<A, B>(dial: A, answer: B) -> (String, String)
where
    A: FnOnce(End) -> Result<Secure<End>, TlsError> + Send + 'static,
    B: FnOnce(End) -> Result<Secure<End>, TlsError> + Send + 'static,
{
    let (a, b, _) = wire();
    let dial = thread::spawn(move || dial(a).map(|link| link.peer()));
    let answer = thread::spawn(move || answer(b).map(|link| link.peer()));
    (dial.join().unwrap().unwrap_err().to_string(), answer.join().unwrap().unwrap_err().to_string())
}

#[test]
fn two_logs_talk_both_ways() {
    let (a, b, tap) = wire();
    assert_eq!(talk(a, b), (Ok("noted".to_owned()), Ok("bib 117 at km 30".to_owned())));
    // Handshake, verdict, one record, one close: the exact sizes, so that a change in them is seen.
    let (there, back) = (tap.sent(THERE).len(), tap.sent(BACK).len());
    let handshake_there = there - (16 + RECORD_OVERHEAD_BYTES) - (2 + RECORD_OVERHEAD_BYTES);
    let handshake_back = back - (5 + RECORD_OVERHEAD_BYTES) - (2 + RECORD_OVERHEAD_BYTES);
    assert_eq!((handshake_there, handshake_back), (398, 391));
    let clear = [tap.sent(THERE), tap.sent(BACK)].concat();
    assert!(!clear.windows(7).any(|window| window == b"bib 117"));
}

#[test]
fn a_link_in_pieces_larger_than_a_record() {
    let (a, b, tap) = wire();
    let sent: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    let expected = sent.clone();
    let there = thread::spawn(move || {
        let mut link = connect(a, &ana(), None).unwrap();
        link.write_all(&sent).and_then(|()| link.close()).unwrap();
        link.read_to_end(&mut Vec::new()).unwrap();
    });
    let mut received = Vec::new();
    let mut link = accept(b, &ben(), ALL).unwrap();
    link.read_to_end(&mut received).unwrap();
    link.close().unwrap();
    there.join().unwrap();
    assert!(received == expected);
    let records = 100_000_usize.div_ceil(16_384) + 1;
    assert!(tap.sent(THERE).len() < 100_000 + 1_000 + records * RECORD_OVERHEAD_BYTES);
}

#[test]
fn the_wrong_log_is_refused_by_the_dialling_end() {
    let (dial, answer) =
        refusals(|end| connect(end, &ana(), Some(ben().log())), |end| accept(end, &eve(), ALL));
    let (eve, ben) = (eve().log().short(), ben().log().short());
    assert_eq!(
        dial,
        format!(
            "log {eve} answered where log {ben} was expected. Nothing was sent to it; scan its code again"
        )
    );
    assert!(answer.contains("handshake failed"), "{answer}");
}

#[test]
fn a_log_that_is_not_admitted_hears_it() {
    let (dial, answer) = refusals(
        |end| connect(end, &eve(), Some(ben().log())),
        |end| accept(end, &ben(), &|log| log == ana().log()),
    );
    assert!(dial.contains("does not admit this phone's log"), "{dial}");
    assert!(answer.contains(&format!("log {} is not admitted", eve().log().short())), "{answer}");
}

#[test]
fn a_man_in_the_middle_is_refused_by_both() {
    let (ana_end, eve_near, _) = wire();
    let (eve_far, ben_end, _) = wire();
    let ana_dials = thread::spawn(move || connect(ana_end, &ana(), Some(ben().log())).unwrap_err());
    let ben_answers = thread::spawn(move || accept(ben_end, &ben(), &|log| log == ana().log()).unwrap_err());
    assert!(accept(eve_near, &eve(), ALL).is_err());
    assert!(matches!(connect(eve_far, &eve(), None).unwrap_err(), TlsError::Refused(_)));
    assert!(matches!(ana_dials.join().unwrap(), TlsError::WrongPeer { .. }));
    assert!(matches!(ben_answers.join().unwrap(), TlsError::NotAdmitted(log) if log == eve().log()));
}

/// Where a record's bytes are not under any key: the version in its header, and the record that exists only to please
/// middleboxes.
fn meaningless(transcript: &[u8]) -> BTreeSet<usize> {
    let (mut at, mut offsets) = (0, BTreeSet::new());
    while at < transcript.len() {
        let length = usize::from(u16::from_be_bytes([transcript[at + 3], transcript[at + 4]]));
        offsets.extend([at + 1, at + 2]);
        if transcript[at] == 0x14 {
            offsets.extend(at..at + 5 + length);
        }
        at += 5 + length;
    }
    offsets
}

#[test]
fn a_flipped_bit_is_refused_wherever_it_is() {
    let (a, b, tap) = wire();
    talk(a, b).0.unwrap();
    let mut refused = 0;
    for direction in [THERE, BACK] {
        let transcript = tap.sent(direction);
        let meaningless = meaningless(&transcript);
        for flipped in (0..transcript.len()).filter(|at| at % 3 == 0 || at % 64 < 4) {
            let (a, b, _) = tampered(Box::new(move |way, at, byte| {
                *byte ^= if (way, at) == (direction, flipped) { 1 << (flipped % 8) } else { 0 };
            }));
            match talk(a, b) {
                (Ok(noted), Ok(bib)) => {
                    assert_eq!((noted.as_str(), bib.as_str()), ("noted", "bib 117 at km 30"));
                    assert!(meaningless.contains(&flipped), "byte {flipped} of direction {direction}");
                }
                (there, back) => {
                    assert!(there.is_err_and(|error| !error.is_empty()) || back.is_err());
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
}

#[test]
fn a_replayed_handshake_is_refused() {
    let (a, b, tap) = wire();
    talk(a, b).0.unwrap();
    let (mut player, b, _) = wire();
    player.write_all(&tap.sent(THERE)).unwrap();
    let error = accept(b, &ben(), ALL).unwrap_err().to_string();
    assert!(error.contains("cannot decrypt peer's message"), "{error}");
}

/// A dialling end with Ben's public key that signs with Eve's secret one.
fn thief(shown: LogId) -> Arc<CertifiedKey> {
    let held = keys::certified(&eve()).unwrap();
    Arc::new(CertifiedKey::new(vec![keys::public_der(shown)], held.key.clone()))
}

fn dial_with(end: End, change: impl FnOnce(&mut ClientConfig)) -> Result<Secure<End>, TlsError> {
    let mut config = client_config(&eve(), None).unwrap();
    change(&mut config);
    let name = ServerName::try_from("bibtrail.invalid").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut link = shake_hands(end, connection.into(), None)?;
    link.read_exact(&mut [0]).map_err(|error| link.explain(error, None))?;
    Ok(link)
}

#[test]
fn a_key_that_is_shown_but_not_held_is_refused() {
    let steals = |end| {
        dial_with(end, |config| {
            let key = thief(ana().log());
            config.client_auth_cert_resolver = Arc::new(AlwaysResolvesClientRawPublicKeys::new(key));
        })
    };
    let (_, answer) = refusals(steals, |end| accept(end, &ben(), ALL));
    assert!(answer.contains("a key that it does not hold"), "{answer}");

    let poses = |end| {
        let mut config = ServerConfig::clone(&Door::of(&eve()).unwrap().config);
        config.cert_resolver = Arc::new(AlwaysResolvesServerRawPublicKeys::new(thief(ben().log())));
        shake_hands(end, ServerConnection::new(Arc::new(config)).unwrap().into(), None)
    };
    let (dial, _) = refusals(|end| connect(end, &ana(), Some(ben().log())), poses);
    assert!(dial.contains("a key that it does not hold"), "{dial}");
}

#[test]
fn a_weak_key_is_refused() {
    // The neutral element of the curve: any signature can be made to fit it.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak = move |end| {
        dial_with(end, |config| {
            let key = thief(LogId(neutral));
            config.client_auth_cert_resolver = Arc::new(AlwaysResolvesClientRawPublicKeys::new(key));
        })
    };
    let (_, answer) = refusals(weak, |end| accept(end, &ben(), ALL));
    assert!(answer.contains("weak key"), "{answer}");
}

#[test]
fn without_a_key_or_the_protocol_nobody_comes_in() {
    let keyless = |end| {
        dial_with(end, |config| {
            *config = ClientConfig::builder_with_provider(provider().into())
                .with_protocol_versions(&[&TLS13])
                .unwrap()
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Verifier { expected: None }))
                .with_no_client_auth();
            config.alpn_protocols = vec![PROTOCOL.to_vec()];
        })
    };
    let (_, answer) = refusals(keyless, |end| accept(end, &ben(), ALL));
    assert!(answer.contains("not bibtrail/1"), "{answer}");
    let silent = |end| dial_with(end, |config| config.alpn_protocols.clear());
    let (_, answer) = refusals(silent, |end| accept(end, &ben(), ALL));
    assert!(answer.contains("not bibtrail/1"), "{answer}");
    let other = |end| dial_with(end, |config| config.alpn_protocols = vec![b"h2".to_vec()]);
    let (_, answer) = refusals(other, |end| accept(end, &ben(), ALL));
    assert!(answer.contains("not bibtrail/1"), "{answer}");
}

#[test]
fn plain_http_is_refused_by_name() {
    let (mut browser, b, _) = wire();
    browser.write_all(b"GET / HTTP/1.1\r\nHost: 192.168.1.4\r\n\r\n").unwrap();
    let error = accept(b, &ben(), ALL).unwrap_err().to_string();
    assert_eq!(
        error,
        "the other end does not speak TLS (its first byte is 0x47). Check the address and the port"
    );
}

/// Gives the same bytes for ever, and counts them.
struct Endless<'a> {
    pattern: Vec<u8>,
    given: &'a mut usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in &mut *buffer {
            *byte = self.pattern[*self.given % self.pattern.len()];
            *self.given += 1;
        }
        Ok(buffer.len())
    }
}

impl Write for Endless<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn endless_junk_is_dropped() {
    // Pieces of a greeting that never ends, records of no meaning, empty ones, noise, warnings.
    let piece = vec![0x16, 3, 1, 0, 8, 1, 0, 0xff, 0xff, 3, 3, 0, 0];
    for pattern in
        [piece, vec![0x14, 3, 3, 0, 1, 1], vec![0x16, 3, 3, 0, 0], vec![0x16], vec![0x15, 3, 3, 0, 2, 1, 90]]
    {
        let mut given = 0;
        accept(Endless { pattern, given: &mut given }, &ben(), ALL).unwrap_err();
        assert!(given <= HANDSHAKE_MAX_BYTES);
    }
    // A server that goes on and on after a greeting that rustls has to take in.
    let mut given = 0;
    let pattern = [&[0x16, 3, 3, 0x40, 0, 2, 0, 0xff, 0xff][..], &[0; 16_380]].concat();
    connect(Endless { pattern, given: &mut given }, &ana(), None).unwrap_err();
    assert!(given <= HANDSHAKE_MAX_BYTES);
}

#[test]
fn silence_is_no_handshake() {
    // The other end waits as well: the wire tells both that nothing will come.
    let (mut silent, ours, _) = wire();
    let waiting = thread::spawn(move || drop(silent.read(&mut [0; 8])));
    let error = accept(ours, &ben(), ALL).unwrap_err();
    assert!(matches!(error, TlsError::Excess(Excess::Time)), "{error}");
    waiting.join().unwrap();
}

#[test]
fn a_cut_link_is_no_clean_end() {
    let (a, b, _) = wire();
    let there = thread::spawn(move || {
        let mut link = connect(a, &ana(), None).unwrap();
        link.write_all(b"and then").unwrap();
    });
    let mut link = accept(b, &ben(), ALL).unwrap();
    let error = all_of(&mut link).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    there.join().unwrap();
}

fn judged(is_admitted: bool) -> Verdict {
    if is_admitted { Verdict::Admitted } else { Verdict::Later }
}

#[test]
fn who_comes_too_often_hears_it() {
    let accepts = |end| Door::of(&ben())?.accept(end, &|_, _| judged(false)).map(|(link, _)| link);
    let (dial, answer) = refusals(|end| connect(end, &ana(), Some(ben().log())), accepts);
    let later = "comes too often to be answered now. Nothing is lost; try again in a minute";
    assert_eq!(dial, format!("log {} {later}", ben().log().short()));
    assert_eq!(answer, format!("log {} {later}", ana().log().short()));
}

#[test]
fn several_races_stand_behind_one_door() {
    let races: Vec<RaceId> = [b"one", b"two", b"six"].map(|genesis| RaceId::of_genesis(genesis)).into();
    let here = [(races[0], ben()), (races[1], eve())];
    for (asked, answers, found) in [
        (Some(races[0]), ben(), Some(races[0])),
        (Some(races[1]), eve(), Some(races[1])),
        // A race that is not here, and a phone that does not say which it means.
        (Some(races[2]), ben(), None),
        (None, ben(), None),
    ] {
        let (a, b, tap) = wire();
        let door = Door::to(&here).unwrap();
        let dialling =
            thread::spawn(move || connect(a, &ana(), Whom { log: None, race: asked }).map(|l| l.peer()));
        let (link, race) = door.accept(b, &|race, log| judged(race == found && log == ana().log())).unwrap();
        assert_eq!((link.peer(), race), (ana().log(), found));
        assert_eq!(dialling.join().unwrap().unwrap(), answers.log());
        let says_name = tap.sent(THERE).windows(NOBODY.len()).any(|window| window == NOBODY.as_bytes());
        assert_eq!(says_name, asked.is_some());
    }
    let (dial, _) = refusals(
        move |end| connect(end, &ana(), Whom { log: Some(ben().log()), race: Some(races[1]) }),
        move |end| {
            Door::to(&here).and_then(|door| door.accept(end, &|_, _| Verdict::Admitted)).map(|(link, _)| link)
        },
    );
    assert!(dial.contains("answered where"), "{dial}");
}
