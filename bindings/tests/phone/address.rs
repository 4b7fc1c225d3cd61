//! Meetings by address: over a socket that the library dials, with a phone at the other end whose socket its host owns.

use std::{
    io::{Read, Write},
    net::TcpListener,
};

use bibtrail_bindings::{CoreError, race::Race, session::SyncTarget};

use crate::{
    failures::{entry, joined},
    script::name_of,
};

fn target(listener: &TcpListener, log: Option<String>) -> SyncTarget {
    SyncTarget { address: listener.local_addr().unwrap().to_string(), log }
}

/// Answers one meeting as a phone's host does: bytes in, bytes out.
fn answer(listener: &TcpListener, race: &Race) -> Result<(), CoreError> {
    let (mut socket, _) = listener.accept().unwrap();
    let session = race.answer_sync()?;
    let mut buffer = [0; 4096];
    loop {
        let count = socket.read(&mut buffer).unwrap_or(0);
        if count == 0 {
            return session.ended().map(drop);
        }
        let sent = session.receive(buffer[..count].to_vec());
        // Who asked for somebody else has gone already.
        let _gone = socket.write_all(&sent?);
    }
}

#[test]
fn two_phones_meet_by_address() {
    let ((_a, here, ..), (_b, there, ..)) = (joined(1), joined(2));
    (0..300).for_each(|bib| drop(there.record(entry(&bib.to_string())).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let log = there.overview().unwrap().log;
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| answer(&listener, &there));
        let state = here.sync_with(target(&listener, Some(log))).unwrap();
        assert!(state.is_over && state.is_same && state.received >= 300, "{state:?}");
        answering.join().unwrap().unwrap();
        let refused = scope.spawn(|| answer(&listener, &there));
        let wrong = here.sync_with(target(&listener, Some("ab".repeat(32)))).unwrap_err();
        assert_eq!(name_of(&wrong), "refused");
        assert!(refused.join().unwrap().is_err());
    });
    assert_eq!(here.overview().unwrap().state_digest, there.overview().unwrap().state_digest);
}

#[test]
fn a_meeting_is_ended_from_another_thread() {
    let (_a, here, ..) = joined(1);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    std::thread::scope(|scope| {
        let silent = scope.spawn(|| {
            let (socket, _) = listener.accept().unwrap();
            here.interrupt().unwrap();
            socket
        });
        let ended = here.sync_with(target(&listener, None)).unwrap_err();
        assert_eq!(name_of(&ended), "interrupted");
        drop(silent.join().unwrap());
    });
    let address = target(&listener, None);
    drop(listener);
    assert_eq!(name_of(&here.sync_with(address).unwrap_err()), "link");
    assert!(here.record(entry("101")).unwrap().is_confirmed);
}
