//! A picture as answers: each is made once, when the first asks for it, and given to all who ask until the next picture.
//!
//! Invariant: what is kept is bounded. An answer's tag follows from its bytes, so whoever has them already is told so,
//! also after a picture in which nothing of it changed, and after a restart.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{picture::Picture, shown::Shown};

/// The most answers that are kept of a picture.
const KEPT_MAX: usize = 4_096;

/// The most bytes of them.
const KEPT_MAX_BYTES: usize = 64 * 1024 * 1024;

/// HTML.
pub const HTML: &str = "text/html; charset=utf-8";

/// JSON.
pub const JSON: &str = "application/json";

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    kind: &'static str,
    bytes: Bytes,
    tag: HeaderValue,
}

/// A picture, and what was made of it so far.
#[derive(Debug)]
pub struct View {
    /// The picture.
    pub picture: Arc<Picture>,
    shown: OnceLock<Shown>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    answers: BTreeMap<String, Arc<OnceLock<Option<Answer>>>>,
    bytes: usize,
}

/// The view of the last picture. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Views {
    last: Arc<Mutex<Option<Arc<View>>>>,
}

impl Views {
    /// The view of a picture; of an older one than the last, the last.
    #[must_use]
    pub fn of(&self, picture: Arc<Picture>) -> Arc<View> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(view) if view.picture.version >= picture.version => view.clone(),
            _ => {
                let view = Arc::new(View { picture, shown: OnceLock::new(), kept: Mutex::default() });
                *last = Some(view.clone());
                view
            }
        }
    }
}

impl View {
    /// What everybody may see.
    #[must_use]
    pub fn shown(&self) -> &Shown {
        self.shown.get_or_init(|| Shown::of(&self.picture))
    }

    /// The answer of this name: `make` is called only if nobody asked before. Nothing if there is no such thing; that
    /// is not kept, nor is what is beyond the bounds.
    pub fn answer(&self, name: &str, make: impl FnOnce(&Self) -> Option<Answer>) -> Option<Answer> {
        let place = {
            let mut kept = self.lock();
            match kept.answers.get(name) {
                Some(place) => place.clone(),
                None if kept.answers.len() >= KEPT_MAX || kept.bytes >= KEPT_MAX_BYTES => Arc::default(),
                None => kept.answers.entry(name.to_owned()).or_default().clone(),
            }
        };
        // Whoever asks for the same meanwhile waits for it here; for anything else, nobody waits.
        let mut is_new = false;
        let answer = place.get_or_init(|| {
            is_new = true;
            make(self)
        });
        if is_new {
            let mut kept = self.lock();
            match answer {
                Some(answer) if kept.answers.contains_key(name) => kept.bytes += answer.bytes.len(),
                Some(_) => {}
                None => _ = kept.answers.remove(name),
            }
        }
        answer.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Nothing that can panic runs under the lock.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answer {
    /// Bytes of a kind.
    #[must_use]
    pub fn new(kind: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let hash = blake3::hash(&bytes).to_hex();
        let tag = HeaderValue::from_str(&format!("\"{}\"", &hash[..32]));
        // Hexadecimal digits are fit for a header.
        Self { kind, bytes, tag: tag.unwrap_or(HeaderValue::from_static("\"\"")) }
    }

    /// A value as JSON. Values here are plain data, which always can be written.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Option<Self> {
        let mut bytes = serde_json::to_vec(value).ok()?;
        bytes.push(b'\n');
        Some(Self::new(JSON, bytes))
    }

    /// As a response: whole, or that nothing changed for somebody who has it.
    #[must_use]
    pub fn respond(&self, asked: &HeaderMap) -> Response {
        // It may be kept, and is asked for again each time: what changed is seen at once.
        let headers = [
            (header::ETAG, self.tag.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_TYPE, HeaderValue::from_static(self.kind)),
        ];
        if is_known(asked, &self.tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, self.bytes.clone()).into_response()
    }
}

/// Whether somebody says that they have what bears this tag (RFC 9110, 13.1.2).
fn is_known(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let Ok(tag) = tag.to_str() else { return false };
    let tags = asked.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_it_is_told_so() {
        let answer = Answer::new(JSON, "{}");
        let tag = answer.tag.to_str().unwrap_or_default().to_owned();
        for (given, is_known) in [
            (tag.clone(), true),
            (format!("W/{tag}"), true),
            (format!("\"other\", {tag}"), true),
            ("*".to_owned(), true),
            ("\"other\"".to_owned(), false),
            (tag.replace('"', ""), false),
        ] {
            let value = HeaderValue::from_str(&given).unwrap_or(HeaderValue::from_static(""));
            let response = answer.respond(&HeaderMap::from_iter([(header::IF_NONE_MATCH, value)]));
            assert_eq!(response.status() == StatusCode::NOT_MODIFIED, is_known, "{given}");
            assert_eq!(response.headers().get(header::ETAG), Some(&answer.tag));
        }
        assert_ne!(Answer::new(JSON, "{} ").tag, answer.tag);
    }
}
