//! The log key as a TLS identity: its two encodings, and the verifier that both ends use.
//!
//! Invariant: a key counts only after a signature over this very handshake was verified with it, strictly.

use std::sync::Arc;

use bibtrail_core::{ids::LogId, log::Identity};
use ed25519_dalek::{Signature, VerifyingKey};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, OtherError, PeerIncompatible,
    SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring::sign::any_eddsa_type,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
    sign::CertifiedKey,
};
use thiserror::Error;

/// Ed25519 public key as `SubjectPublicKeyInfo`: these 12 bytes (RFC 8410, section 4), then the key.
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Ed25519 private key as PKCS #8: these 16 bytes (RFC 8410, section 7), then the secret.
const SECRET_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The raw public key of a log, as it stands in a handshake.
pub(super) fn public_der(log: LogId) -> CertificateDer<'static> {
    [PUBLIC_PREFIX.as_slice(), &log.0].concat().into()
}

/// The log whose raw public key this is.
pub(super) fn log_of(der: &CertificateDer<'_>) -> Option<LogId> {
    let key = der.as_ref().strip_prefix(&PUBLIC_PREFIX)?;
    Some(LogId(key.try_into().ok()?))
}

/// What rustls signs with.
pub(super) fn certified(identity: &Identity) -> Result<Arc<CertifiedKey>, rustls::Error> {
    let der = [SECRET_PREFIX.as_slice(), &identity.secret()].concat();
    let key = any_eddsa_type(&PrivatePkcs8KeyDer::from(der))?;
    Ok(Arc::new(CertifiedKey::new(vec![public_der(identity.log())], key)))
}

/// Why a key was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Disbelief {
    #[error("no Ed25519 key")]
    NotEd25519,
    #[error("a weak key")]
    Weak,
    #[error("another log")]
    WrongPeer(LogId),
    #[error("not signed with the key it shows")]
    Forged,
}

impl From<Disbelief> for rustls::Error {
    fn from(disbelief: Disbelief) -> Self {
        CertificateError::Other(OtherError(Arc::new(disbelief))).into()
    }
}

/// Believes a raw Ed25519 key that signed the handshake: any, or only the expected one.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) expected: Option<LogId>,
}

impl Verifier {
    fn key(der: &CertificateDer<'_>) -> Result<(LogId, VerifyingKey), Disbelief> {
        let log = log_of(der).ok_or(Disbelief::NotEd25519)?;
        let key = VerifyingKey::from_bytes(&log.0).map_err(|_| Disbelief::NotEd25519)?;
        if key.is_weak() { Err(Disbelief::Weak) } else { Ok((log, key)) }
    }

    fn check_key(&self, der: &CertificateDer<'_>, more: &[CertificateDer<'_>]) -> Result<(), rustls::Error> {
        let (log, _) = Self::key(der)?;
        if !more.is_empty() {
            return Err(Disbelief::NotEd25519.into());
        }
        match self.expected {
            Some(expected) if expected != log => Err(Disbelief::WrongPeer(log).into()),
            _ => Ok(()),
        }
    }

    fn check_signature(
        message: &[u8],
        der: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let (_, key) = Self::key(der)?;
        if signed.scheme != SignatureScheme::ED25519 {
            return Err(Disbelief::NotEd25519.into());
        }
        let signature = Signature::from_slice(signed.signature()).map_err(|_| Disbelief::Forged)?;
        key.verify_strict(message, &signature).map_err(|_| Disbelief::Forged)?;
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        key: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.check_key(key, more)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _key: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Self::check_signature(message, key, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        key: &CertificateDer<'_>,
        more: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.check_key(key, more)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _key: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Self::check_signature(message, key, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
