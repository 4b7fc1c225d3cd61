//! Invitations: what a ticket's QR code or link says. Bytes in `docs/wire.md`.
//!
//! Invariant: a link that reads is whole and belongs to the race it names: the race's id is the hash of the genesis in
//! it, and a checksum covers the rest.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::{Decode, Encode};
use thiserror::Error;

use crate::{
    ids::LogId,
    log::Identity,
    members::enrol_signature,
    op::{Body, Op, Ticket, TicketProof},
    race::Origin,
};

/// What a link begins with.
pub const SCHEME: &str = "bibtrail:";

/// The longest link, in characters: what a QR code of a size that phones read at once holds.
pub const LINK_MAX_CHARS: usize = 1200;

const VERSION: u8 = 0;
const CHECKSUM_BYTES: usize = 8;

/// An invitation to a race. Whoever has it may enrol by its ticket, with no network at all.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Invitation {
    /// The race's first operation.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub genesis: Vec<u8>,
    /// The ticket.
    #[n(1)]
    pub ticket: Ticket,
    /// The seed of the ticket's key.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub secret: [u8; 32],
    /// Where the race can be reached: `host:port`, `ws://…` or `wss://…`. A hint: the keys decide.
    #[n(3)]
    pub servers: Vec<Server>,
}

/// A place where the race can be reached, and who answers there.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(array)]
pub struct Server {
    /// Its address.
    #[n(0)]
    pub address: String,
    /// Its log: the key it must prove to hold.
    #[n(1)]
    pub log: Option<LogId>,
}

/// Why a text is no invitation.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvitationError {
    /// Something else.
    #[error("this is not a Bibtrail ticket: it does not begin with {SCHEME}")]
    NotATicket,
    /// Cut short or changed.
    #[error(
        "the ticket is damaged: a character is wrong or missing. Scan the code again, or ask for a new one"
    )]
    Damaged,
    /// By a newer app.
    #[error("the ticket has format {found}, this app reads up to {VERSION}. Update the app")]
    Future {
        /// Its format.
        found: u8,
    },
    /// It reads, and does not hold together.
    #[error("the ticket is not honest: {0}. Ask the director for a new one")]
    Untrue(&'static str),
}

impl Invitation {
    /// The link.
    #[must_use]
    pub fn link(&self) -> String {
        let mut bytes = vec![VERSION];
        // Encoding into memory cannot fail; a link that came out short would not read.
        bytes.extend(minicbor::to_vec(self).unwrap_or_default());
        bytes.extend_from_slice(&checksum(&bytes));
        format!("{SCHEME}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a link.
    ///
    /// # Errors
    /// When it is none, is damaged, or contradicts itself.
    pub fn read(link: &str) -> Result<Self, InvitationError> {
        let text = link.trim().strip_prefix(SCHEME).ok_or(InvitationError::NotATicket)?;
        if text.len() > LINK_MAX_CHARS {
            return Err(InvitationError::Damaged);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvitationError::Damaged)?;
        let body = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(InvitationError::Damaged)?;
        let (bytes, sum) = bytes.split_at(body);
        if checksum(bytes) != sum {
            return Err(InvitationError::Damaged);
        }
        let (version, cbor) = bytes.split_first().ok_or(InvitationError::Damaged)?;
        if *version > VERSION {
            return Err(InvitationError::Future { found: *version });
        }
        let invitation: Self = minicbor::decode(cbor).map_err(|_| InvitationError::Damaged)?;
        invitation.check()
    }

    fn check(self) -> Result<Self, InvitationError> {
        if Origin::of_genesis(&self.genesis).is_none() {
            return Err(InvitationError::Untrue("it does not hold the beginning of a race"));
        }
        if Identity::from_seed(self.secret).log() != self.ticket.key {
            return Err(InvitationError::Untrue("its secret is not that of its ticket"));
        }
        Ok(self)
    }

    /// Where the race comes from.
    ///
    /// # Errors
    /// When the genesis is none; an invitation that was read has one.
    pub fn origin(&self) -> Result<Origin, InvitationError> {
        Origin::of_genesis(&self.genesis)
            .ok_or(InvitationError::Untrue("it does not hold the beginning of a race"))
    }

    /// What the director called the race when it began.
    #[must_use]
    pub fn race_name(&self) -> String {
        match Op::decode(&self.genesis).map(|op| op.body) {
            Ok(Body::Race(race)) => race.name,
            _ => String::new(),
        }
    }

    /// The proof for the enrolment of `log` that its author held this ticket.
    ///
    /// # Errors
    /// As [`Invitation::origin`].
    pub fn proof(&self, log: LogId) -> Result<TicketProof, InvitationError> {
        let race = self.origin()?.race;
        let signature = enrol_signature(&Identity::from_seed(self.secret), race, log);
        Ok(TicketProof { ticket: self.ticket.clone(), signature })
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 ticket link v0");
    hasher.update(bytes);
    let mut cut = [0; CHECKSUM_BYTES];
    hasher.finalize_xof().fill(&mut cut);
    cut
}
