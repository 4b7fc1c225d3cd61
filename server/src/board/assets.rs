//! What pages are made of besides text: one style sheet, one script, one mark.
//!
//! Invariant: an asset's address names its content, so that a browser may keep it for ever and never shows an old one.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, PreEscaped};

const MARK: &str = include_str!("mark.svg");

pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("board", "css", "text/css; charset=utf-8", include_str!("board.css")));

pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("board", "js", "text/javascript; charset=utf-8", include_str!("board.js")));

pub(super) static ICON: LazyLock<Asset> = LazyLock::new(|| Asset::new("mark", "svg", "image/svg+xml", MARK));

/// A file that every page uses.
pub(super) struct Asset {
    name: String,
    /// Where it is.
    pub(super) path: String,
    kind: &'static str,
    bytes: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, bytes: &'static str) -> Self {
        let hash = blake3::hash(bytes.as_bytes()).to_hex();
        let name = format!("{stem}-{}.{ending}", &hash[..16]);
        Self { path: format!("/assets/{name}"), name, kind, bytes }
    }
}

/// The mark, to stand in a line of text.
pub(super) fn mark() -> Markup {
    PreEscaped(MARK.replacen("<svg", "<svg class=\"mark\" aria-hidden=\"true\"", 1))
}

/// Answers with an asset.
pub async fn asset(Path(name): Path<String>) -> Response {
    let all = [&*STYLE, &*SCRIPT, &*ICON];
    match all.into_iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, asset.bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, "there is no such file; load the page again\n").into_response(),
    }
}
