//! The accepting end of a place where several races are, each under a key of its own.
//!
//! Invariant: who asks for a race that is here by its name gets the key of that race, and no other; who asks for none, or
//! for one that is not here, gets that of the first: the session then says that it is another race.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    sync::Arc,
};

use bibtrail_core::{
    ids::{LogId, RaceId},
    log::Identity,
};
use rustls::{
    ServerConfig, ServerConnection,
    server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
    version::TLS13,
};

use super::{
    PROTOCOL, Secure, TlsError, Verdict, end_by,
    keys::{self, Verifier},
    name_of, provider, shake_hands,
};

/// The keys of the races that are here. Clones are the same.
#[derive(Clone, Debug)]
pub struct Door {
    pub(super) config: Arc<ServerConfig>,
    names: Arc<BTreeMap<String, RaceId>>,
}

#[derive(Debug)]
struct Resolver {
    first: Arc<CertifiedKey>,
    named: BTreeMap<String, Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = hello.server_name().and_then(|name| self.named.get(name));
        Some(named.unwrap_or(&self.first).clone())
    }

    fn only_raw_public_keys(&self) -> bool {
        true
    }
}

impl Door {
    /// A place of one key, whatever race is asked for.
    ///
    /// # Errors
    /// When the key is none that TLS can sign with.
    pub fn of(identity: &Identity) -> Result<Self, TlsError> {
        Self::opened(identity, &[])
    }

    /// A place of these races. The first is for those who do not say which they mean.
    ///
    /// # Errors
    /// When there is none, or a key is none that TLS can sign with.
    pub fn to(races: &[(RaceId, Identity)]) -> Result<Self, TlsError> {
        let (_, first) = races.first().ok_or(TlsError::NotEd25519)?;
        Self::opened(first, races)
    }

    fn opened(first: &Identity, races: &[(RaceId, Identity)]) -> Result<Self, TlsError> {
        let certified = |identity| keys::certified(identity).map_err(TlsError::Local);
        let mut resolver = Resolver { first: certified(first)?, named: BTreeMap::new() };
        let mut names = BTreeMap::new();
        for (race, identity) in races {
            resolver.named.insert(name_of(*race), certified(identity)?);
            names.insert(name_of(*race), *race);
        }
        let config = config(resolver).map_err(TlsError::Local)?;
        Ok(Self { config: Arc::new(config), names: Arc::new(names) })
    }

    /// Accepts: gives a link to the log that dialled, and the race that it named if it is here. `judge` is asked
    /// with that race, and only about a proven key.
    ///
    /// # Errors
    /// When the other end does not prove its key, is not admitted, or speaks something else.
    pub fn accept<S: Read + Write>(
        &self,
        stream: S,
        judge: &dyn Fn(Option<RaceId>, LogId) -> Verdict,
    ) -> Result<(Secure<S>, Option<RaceId>), TlsError> {
        let connection = ServerConnection::new(self.config.clone()).map_err(TlsError::Local)?;
        let link = shake_hands(stream, connection.into(), None)?;
        let race = link.asked_for().and_then(|name| self.names.get(name)).copied();
        let verdict = judge(race, link.peer());
        Ok((end_by(link, verdict)?, race))
    }
}

fn config(resolver: Resolver) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(provider().into())
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(Arc::new(Verifier { expected: None }))
        .with_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(config)
}
