//! What the staff's pages use beside the board's style: one sheet, one script.
//!
//! Invariant: an address names the content, so that a browser may keep it for ever.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};

const STYLE: &str = include_str!("staff.css");
const SCRIPT: &str = include_str!("staff.js");

static VERSION: LazyLock<String> =
    LazyLock::new(|| blake3::hash(format!("{STYLE}{SCRIPT}").as_bytes()).to_hex().as_str()[..16].to_owned());

/// The sheet and the script, for a page's body.
pub(super) fn links() -> Markup {
    let version = &*VERSION;
    html! {
        link rel="stylesheet" href=(format!("/staff/{version}.css"));
        script src=(format!("/staff/{version}.js")) defer {}
    }
}

/// Answers with one of them.
pub async fn asset(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.split_once('.') {
        Some((_, "css")) => ("text/css; charset=utf-8", STYLE),
        Some((_, "js")) => ("text/javascript; charset=utf-8", SCRIPT),
        _ => return (StatusCode::NOT_FOUND, "there is no such file\n").into_response(),
    };
    let cache =
        if name.starts_with(VERSION.as_str()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], text).into_response()
}
