//! Who else of a race is in this network, by multicast DNS (service `_bibtrail._tcp.local.`).
//!
//! Invariant: everything found here is a hint that anybody can forge. Who is at an address is known only from TLS: dial
//! it with the log that is expected there, or judge the log that answers.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr, SocketAddrV6},
    time::{Duration, Instant},
};

use bibtrail_core::ids::{LogId, RaceId};
use mdns_sd::{ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent, ServiceInfo};
use thiserror::Error;

use crate::cancel::Cancel;

const SERVICE: &str = "_bibtrail._tcp.local.";

/// The most replicas that one browse gives: a network cannot fill the memory.
pub const FOUND_MAX: usize = 256;

/// The most bytes of a name (RFC 6763: 63), less a space and the log's 8 digits.
const NAME_MAX_BYTES: usize = 54;

/// Why there is no announcing or browsing. Both are a convenience: an address can always be typed or scanned.
#[derive(Debug, Error)]
pub enum DiscoveryError {
    /// The system or network does not let multicast through.
    #[error("other phones cannot be looked for in this network: {0}. Scan the other phone's code instead")]
    Unavailable(#[from] mdns_sd::Error),
}

/// As long as it lives, the replica is announced.
pub struct Announcement {
    daemon: ServiceDaemon,
    full_name: String,
}

/// A replica that says it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it says it listens, the likeliest first; at least one.
    pub addresses: Vec<SocketAddr>,
    /// The first 16 hexadecimal digits of its log, as it says.
    pub log_hint: String,
    /// What it calls itself. Show it, believe nothing.
    pub name: String,
}

/// Announces that `log` of `race` listens on `port` of this machine, under a name of which 54 bytes are used.
///
/// # Errors
/// When the system does not let multicast through.
pub fn announce(race: RaceId, log: LogId, port: u16, name: &str) -> Result<Announcement, DiscoveryError> {
    let log_hint = hint(&log.0);
    let properties = [("race", hint(race.0.as_bytes())), ("log", log_hint.clone())];
    // The log's digits keep two phones of one name apart.
    let instance = format!("{} {}", clean(name), log.short());
    let host = format!("bibtrail-{log_hint}.local.");
    let info =
        ServiceInfo::new(SERVICE, &instance, &host, "", port, properties.as_slice())?.enable_addr_auto();
    let full_name = info.get_fullname().to_owned();
    let announcement = Announcement { daemon: ServiceDaemon::new()?, full_name };
    announcement.daemon.register(info)?;
    Ok(announcement)
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // Waiting until the goodbye is sent; if it cannot be, the announcement runs out by itself.
        if let Ok(done) = self.daemon.unregister(&self.full_name) {
            let _sent = done.recv();
        }
        shut_down(&self.daemon);
    }
}

/// Looks for replicas of `race` for `timeout_ms` milliseconds, or until cancelled. This phone's own is among them while
/// it is announced. In the order of their log hints.
///
/// # Errors
/// When the system does not let multicast through.
pub fn browse(race: RaceId, timeout_ms: u64, cancel: &Cancel) -> Result<Vec<Found>, DiscoveryError> {
    let mut found = BTreeMap::new();
    browse_each(race, timeout_ms, cancel, |full_name, replica| {
        if found.len() < FOUND_MAX {
            found.insert(full_name, replica);
        }
    })?;
    let mut found: Vec<Found> = found.into_values().collect();
    found.sort_by(|a, b| (&a.log_hint, &a.name).cmp(&(&b.log_hint, &b.name)));
    Ok(found)
}

/// Hands over each replica as it is found; one may come again, with more addresses.
fn browse_each(
    race: RaceId,
    timeout_ms: u64,
    cancel: &Cancel,
    mut each: impl FnMut(String, Found),
) -> Result<(), DiscoveryError> {
    let end = Instant::now() + Duration::from_millis(timeout_ms);
    let daemon = ServiceDaemon::new()?;
    let stopped = {
        let daemon = daemon.clone();
        // Ends the events below at once.
        cancel.on_cancel(move || shut_down(&daemon))
    };
    let looked = look(&daemon, end, &hint(race.0.as_bytes()), &mut each);
    drop(stopped);
    shut_down(&daemon);
    // Stopped in the middle of beginning is stopped, and no failure.
    if cancel.is_cancelled() { Ok(()) } else { looked }
}

fn look(
    daemon: &ServiceDaemon,
    end: Instant,
    race_hint: &str,
    each: &mut impl FnMut(String, Found),
) -> Result<(), DiscoveryError> {
    let events = daemon.browse(SERVICE)?;
    while let Ok(event) = events.recv_deadline(end) {
        match event {
            ServiceEvent::ServiceResolved(service) => {
                if let Some(replica) = replica(&service, race_hint) {
                    each(service.fullname, replica);
                }
            }
            ServiceEvent::SearchStopped(_) => break,
            _ => {}
        }
    }
    Ok(())
}

/// Waits for the daemon's thread to be done. A second time does nothing.
fn shut_down(daemon: &ServiceDaemon) {
    if let Ok(done) = daemon.shutdown() {
        let _done = done.recv();
    }
}

/// What a service says of itself, if it is of this race and makes sense.
fn replica(service: &ResolvedService, race_hint: &str) -> Option<Found> {
    if service.get_property_val_str("race") != Some(race_hint) || service.port == 0 {
        return None;
    }
    let log_hint = service.get_property_val_str("log").filter(|text| is_hint(text))?.to_owned();
    let mut addresses: Vec<SocketAddr> =
        service.addresses.iter().filter_map(|ip| address(ip, service.port)).collect();
    addresses.sort_by_key(|address| (is_link_local(address), *address));
    addresses.dedup();
    let instance = service.fullname.strip_suffix(SERVICE)?.trim_end_matches('.');
    let name = instance.strip_suffix(&log_hint[..8]).unwrap_or(instance);
    (!addresses.is_empty()).then(|| Found { addresses, log_hint, name: clean(name) })
}

/// An IPv6 address that is valid on one link only needs to say on which.
fn address(ip: &ScopedIp, port: u16) -> Option<SocketAddr> {
    match ip {
        ScopedIp::V4(v4) => Some((IpAddr::V4(*v4.addr()), port).into()),
        ScopedIp::V6(v6) => {
            let scope = if v6.addr().is_unicast_link_local() { v6.scope_id().index } else { 0 };
            Some(SocketAddrV6::new(*v6.addr(), port, 0, scope).into())
        }
        _ => None,
    }
}

fn is_link_local(address: &SocketAddr) -> bool {
    matches!(address, SocketAddr::V6(v6) if v6.ip().is_unicast_link_local())
}

/// The first 16 hexadecimal digits.
fn hint(bytes: &[u8]) -> String {
    bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn is_hint(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A name that fits in a label of DNS, and on a screen: no dots (they part labels), no control characters.
fn clean(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_control() || c == '.' || c == '\\' { ' ' } else { c });
    let mut short = String::new();
    for c in plain {
        if short.len() + c.len_utf8() > NAME_MAX_BYTES {
            break;
        }
        short.push(c);
    }
    short.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn race() -> RaceId {
        RaceId::of_genesis(b"discovery")
    }

    fn service(properties: &[(&str, &str)], addresses: &str, port: u16) -> ResolvedService {
        let info = ServiceInfo::new(SERVICE, "Aid 3 abababab", "host.local.", addresses, port, properties);
        info.unwrap().as_resolved_service()
    }

    #[test]
    fn what_a_service_says_is_checked() {
        let race_hint = hint(race().0.as_bytes());
        let check = |properties: &[(&str, &str)], addresses: &str, port: u16, expected: &str| {
            let found = replica(&service(properties, addresses, port), &race_hint);
            let shown = found.map(|found| format!("{} {} {:?}", found.name, found.log_hint, found.addresses));
            assert_eq!(shown.as_deref().unwrap_or("nothing"), expected);
        };
        let (ours, log) = (("race", race_hint.as_str()), ("log", "abababababababab"));
        check(&[ours, log], "192.168.1.4", 7117, "Aid 3 abababababababab [192.168.1.4:7117]");
        check(
            &[ours, log],
            "fe80::1,2001:db8::1,10.0.0.1",
            1,
            "Aid 3 abababababababab [10.0.0.1:1, [2001:db8::1]:1, [fe80::1]:1]",
        );
        check(&[("race", "0011223344556677"), log], "10.0.0.1", 1, "nothing");
        check(&[log], "10.0.0.1", 1, "nothing");
        check(&[ours], "10.0.0.1", 1, "nothing");
        check(&[ours, ("log", "ABABABABABABABAB")], "10.0.0.1", 1, "nothing");
        check(&[ours, ("log", "abab")], "10.0.0.1", 1, "nothing");
        check(&[ours, log], "10.0.0.1", 0, "nothing");
        check(&[ours, log], "", 1, "nothing");
    }

    #[test]
    fn names_fit_in_a_label() {
        assert_eq!(clean(" St. Anna\u{7} \\ 3 "), "St  Anna    3");
        assert_eq!(clean(&"급수대".repeat(30)).len(), 54);
    }

    #[test]
    fn a_cancelled_browse_finds_nothing() {
        let cancel = Cancel::new();
        cancel.cancel();
        match browse(race(), 600_000, &cancel) {
            Ok(found) => assert_eq!(found, []),
            Err(error) => say_skipped(&error),
        }
    }

    #[test]
    fn an_announced_replica_is_found_where_multicast_works() {
        let log = LogId([0xab; 32]);
        let announcement = match announce(race(), log, 7117, "Aid 3, Döllacher Alm") {
            Ok(announcement) => announcement,
            Err(error) => return say_skipped(&error),
        };
        let (cancel, mut found) = (Cancel::new(), None);
        let browsed = browse_each(race(), 5_000, &cancel, |_, replica| {
            found = Some(replica);
            cancel.cancel();
        });
        match (browsed, found) {
            (Err(error), _) => say_skipped(&error),
            (Ok(()), None) => say_skipped(&"multicast brings nothing back here"),
            (Ok(()), Some(found)) => {
                assert_eq!(
                    (found.log_hint.as_str(), found.name.as_str()),
                    ("abababababababab", "Aid 3, Döllacher Alm")
                );
                assert!(found.addresses.iter().all(|address| address.port() == 7117));
            }
        }
        drop(announcement);
    }

    /// A machine without multicast is no failure of ours, and says so.
    #[expect(clippy::print_stderr, reason = "a test that was skipped must say so")]
    fn say_skipped(why: &impl std::fmt::Display) {
        eprintln!("SKIPPED: discovery was not tested on this machine: {why}");
    }
}
