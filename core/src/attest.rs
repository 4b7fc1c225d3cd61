//! Signed results: a file that proves by itself who says that a race ended so. Bytes in `docs/results.md`.
//!
//! Invariant: every byte of the file is vouched for. The statement is one line that the signature covers as it stands;
//! what comes after it has one form only. So no file that differs in one bit from one that was signed is accepted.

mod chain;
mod statement;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use chain::Signer;
pub use statement::{CourseProof, Evidence, GroupProof, Made, PlaceProof, RunnerProof, Statement};

use crate::{
    ids::{LogId, RaceId},
    log::{Identity, sign_statement, verify_statement},
    members::Members,
    op::Role,
    race::Origin,
};

const RESULTS: &str = "bibtrail 2026 results v0";
const CERTIFICATE: &str = "bibtrail 2026 results certificate v0";
const FORMAT: &str = "bibtrail results";
const VERSION: u32 = 0;

/// The longest file, in bytes: some two hundred thousand runners.
pub const RESULTS_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why a file of results is not believed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AttestError {
    /// Something else.
    #[error("this is not a file of signed results: {0}. Choose a file that `bibtrail sign-results` wrote")]
    NotResults(String),
    /// Longer than [`RESULTS_MAX_BYTES`].
    #[error("the file has {0} bytes; signed results have at most {RESULTS_MAX_BYTES}")]
    TooLong(usize),
    /// By a newer app.
    #[error("the results have format {0}, this app reads up to {VERSION}. Update the app")]
    Future(u32),
    /// It reads, and is not as it was written.
    #[error("the file was changed: {0}. Ask for it again, or for another copy")]
    Changed(&'static str),
    /// Another race.
    #[error("the results are of another race: its id is {race}, its root key {root}")]
    WrongRace {
        /// Its id.
        race: RaceId,
        /// Its root key.
        root: LogId,
    },
    /// By somebody who is no director.
    #[error(
        "{0} signed it, and the file does not prove that this is a director of the race. Do not trust it"
    )]
    NoDirector(LogId),
    /// Nothing in it is by the root key.
    #[error(
        "nothing in the file is signed by the root key, and anybody can name it. Pass the race's id in place of the \
         root key, or ask for results with a certificate"
    )]
    Unrooted,
    /// The signature is not the signer's.
    #[error(
        "the signature is not that of {0} over these results: something in the file was changed, or forged"
    )]
    Signature(LogId),
    /// The certificate is not the root key's.
    #[error(
        "the certificate is not by the root key over these results: something in the file was changed, or forged"
    )]
    Certificate,
    /// The signer was revoked, or this replica does not know it.
    #[error(
        "{0} signed it, and by what this replica knows it is no director, or was revoked. Do not trust it"
    )]
    NotTrusted(LogId),
}

/// What people know of a race from elsewhere, and hold results against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaceKey {
    /// Its id.
    Race(RaceId),
    /// Its root key.
    Root(LogId),
}

impl RaceKey {
    /// A race's id (a UUID, with or without hyphens), or a root key of 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let race = |text| uuid::Uuid::try_parse(text).ok().map(|uuid| Self::Race(RaceId(uuid)));
        if text.len() == 64 { LogId::parse(text).map(Self::Root) } else { race(text) }
    }
}

/// What stands behind the statement.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    certificate: Option<String>,
    signature: String,
}

/// Results that were read; they count for nothing before [`Signed::verify`].
#[derive(Clone, Debug)]
pub struct Signed<'a> {
    /// What they say.
    pub statement: Statement,
    line: &'a [u8],
    certificate: Option<[u8; 64]>,
    signature: [u8; 64],
}

/// Who vouches for results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Of which race.
    pub origin: Origin,
    /// The log whose key signed.
    pub signer: LogId,
    /// Whether the root key itself stands for these very results: then no revocation of the signer matters.
    pub is_certified: bool,
}

/// The file: the statement, signed by the key of its signer, and certified if the root key is at hand.
///
/// # Errors
/// When the file would be too long, or the identity is not the statement's signer.
pub fn sign(
    statement: &Statement,
    identity: &Identity,
    root: Option<&Identity>,
) -> Result<Vec<u8>, AttestError> {
    let (origin, signer) = statement.signer()?;
    if signer != identity.log() {
        return Err(AttestError::NoDirector(identity.log()));
    }
    let mut bytes = canonical(statement)?;
    let certificate = root.map(|root| sign_statement(root, CERTIFICATE, origin.race, &[&signer.0, &bytes]));
    let certificate_bytes = certificate.as_ref().map_or(&[][..], |certificate| certificate);
    let signature = sign_statement(identity, RESULTS, origin.race, &[&bytes, certificate_bytes]);
    let seal = Seal { certificate: certificate.map(hex::encode), signature: hex::encode(signature) };
    bytes.extend(canonical(&seal)?);
    if bytes.len() > RESULTS_MAX_BYTES {
        return Err(AttestError::TooLong(bytes.len()));
    }
    Ok(bytes)
}

/// One line of JSON.
fn canonical(value: &impl Serialize) -> Result<Vec<u8>, AttestError> {
    let mut line = serde_json::to_vec(value).map_err(|error| AttestError::NotResults(error.to_string()))?;
    line.push(b'\n');
    Ok(line)
}

/// The two lines of a file, each with its line feed.
fn lines(bytes: &[u8]) -> Result<(&[u8], &[u8]), AttestError> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| AttestError::NotResults("it has no two lines".to_owned()))?;
    Ok(bytes.split_at(end + 1))
}

fn signature(text: &str) -> Result<[u8; 64], AttestError> {
    let mut signature = [0; 64];
    hex::decode_to_slice(text, &mut signature)
        .map_err(|_| AttestError::Changed("a signature is no signature"))?;
    Ok(signature)
}

impl<'a> Signed<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is no file of results in the form in which they are written.
    pub fn read(bytes: &'a [u8]) -> Result<Self, AttestError> {
        if bytes.len() > RESULTS_MAX_BYTES {
            return Err(AttestError::TooLong(bytes.len()));
        }
        let (line, rest) = lines(bytes)?;
        let none = |error: serde_json::Error| AttestError::NotResults(error.to_string());
        let version: statement::Header = serde_json::from_slice(line).map_err(none)?;
        if version.format != FORMAT {
            return Err(AttestError::NotResults(format!("its format is \"{}\"", version.format)));
        }
        if version.version > VERSION {
            return Err(AttestError::Future(version.version));
        }
        let statement: Statement = serde_json::from_slice(line).map_err(none)?;
        if canonical(&statement)? != line {
            return Err(AttestError::Changed("its first line is not in the form in which it was signed"));
        }
        let seal: Seal = serde_json::from_slice(rest).map_err(none)?;
        if canonical(&seal)? != rest {
            return Err(AttestError::Changed("its last line is not in the form in which it was written"));
        }
        let certificate = seal.certificate.as_deref().map(signature).transpose()?;
        if hex::encode(signature(&seal.signature)?) != seal.signature
            || certificate.map(hex::encode) != seal.certificate
        {
            return Err(AttestError::Changed("a signature is not in lower-case digits"));
        }
        Ok(Self { statement, line, certificate, signature: signature(&seal.signature)? })
    }

    /// Whether a director of the race of `key` signed exactly this.
    ///
    /// # Errors
    /// When it is of another race, by somebody else, or was changed.
    pub fn verify(&self, key: RaceKey) -> Result<Verified, AttestError> {
        let Signer { origin, log, is_rooted } = Signer::read(&self.statement)?;
        let is_meant = match key {
            RaceKey::Race(race) => race == origin.race,
            RaceKey::Root(root) => root == origin.root,
        };
        if !is_meant {
            return Err(AttestError::WrongRace { race: origin.race, root: origin.root });
        }
        let certificate = self.certificate.as_ref();
        let certificate_bytes = certificate.map_or(&[][..], |certificate| certificate);
        let parts: [&[u8]; 2] = [self.line, certificate_bytes];
        if !verify_statement(log, RESULTS, origin.race, &parts, &self.signature) {
            return Err(AttestError::Signature(log));
        }
        let parts: [&[u8]; 2] = [&log.0, self.line];
        let is_by_root = |c: &[u8; 64]| verify_statement(origin.root, CERTIFICATE, origin.race, &parts, c);
        if certificate.is_some_and(|certificate| !is_by_root(certificate)) {
            return Err(AttestError::Certificate);
        }
        let is_certified = certificate.is_some();
        if matches!(key, RaceKey::Root(_)) && !is_certified && !is_rooted {
            return Err(AttestError::Unrooted);
        }
        Ok(Verified { origin, signer: log, is_certified })
    }
}

/// Whether a log may sign results by what these members know: a director that nobody revoked.
///
/// # Errors
/// When it may not.
pub fn may_sign(members: &Members, log: LogId) -> Result<(), AttestError> {
    let standing = members.standing(log);
    match (standing.role, standing.cut) {
        (Some(Role::Director), None) => Ok(()),
        _ => Err(AttestError::NotTrusted(log)),
    }
}
