//! The frame of every page: head, banner, navigation, main part.
//!
//! Invariant: one frame for the public and for those who work here, so that both look and behave alike. What changes with
//! the race stands inside `#live`, which the script renews; all else stays as it was loaded.

use maud::{DOCTYPE, Markup, html};

use super::assets;
use crate::when;

/// A page's frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frame<'a> {
    /// What the page is about, for the browser's tab.
    pub title: &'a str,
    /// The race, and where its first page is.
    pub race: Option<Link<'a>>,
    /// The parts of the site.
    pub nav: &'a [Link<'a>],
    /// Where people search, if anywhere: the form asks for `q`.
    pub search: Option<&'a str>,
    /// What was searched for.
    pub query: &'a str,
    /// The stream that tells when the page has become old. Then the script asks for the page's own address with
    /// `part=live`, and puts the answer in the place of what is inside `#live`.
    pub events: Option<&'a str>,
    /// Whether nothing on the page may move by itself: then the script says that there is news, and changes nothing.
    pub is_held: bool,
    /// When what is shown was made: milliseconds since 1970-01-01 UTC. 0 for what has no age.
    pub as_of_ms: i64,
    /// The race's time zone (IANA), in which the script says how old the page is.
    pub time_zone: &'a str,
}

/// A place to go to.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// Where.
    pub href: &'a str,
    /// What it is called.
    pub text: &'a str,
    /// Whether it is where one is.
    pub is_here: bool,
}

/// A whole page around `live`.
#[must_use]
pub fn page(frame: &Frame<'_>, live: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (frame.title) @if let Some(race) = frame.race { @if race.text != frame.title { " · " (race.text) } } }
                link rel="icon" type="image/svg+xml" href=(assets::ICON.path);
                link rel="stylesheet" href=(assets::STYLE.path);
                script src=(assets::SCRIPT.path) defer {}
            }
            body data-events=[frame.events] data-as-of=(frame.as_of_ms) data-time-zone=(frame.time_zone)
                data-held=[frame.is_held.then_some("")] {
                a.skip href="#main" { "Skip to the content" }
                header.site {
                    div.bar {
                        (home(frame))
                        (search(frame))
                    }
                    @if !frame.nav.is_empty() {
                        nav aria-label="Sections" { ul { @for link in frame.nav { li { (link.markup()) } } } }
                    }
                }
                p.banner #connection role="status" hidden {}
                main #main tabindex="-1" { div #live { (live) } }
                footer.site {
                    p { (connection(frame)) }
                    p { "Bibtrail. Times come from phones at the checkpoints as they find a network." }
                }
            }
        }
    }
}

fn home(frame: &Frame<'_>) -> Markup {
    let (href, text) = frame.race.map_or(("/", "Bibtrail"), |race| (race.href, race.text));
    html! {
        a.home href=(href) aria-current=[frame.race.filter(|race| race.is_here).map(|_| "page")] {
            (assets::mark())
            bdi { (text) }
        }
    }
}

fn search(frame: &Frame<'_>) -> Markup {
    html! {
        @if let Some(action) = frame.search {
            form.search role="search" method="get" action=(action) {
                label for="q" { "Bib or name" }
                input #q type="search" name="q" value=(frame.query) maxlength="64" placeholder="Bib or name"
                    autocomplete="off" enterkeyhint="search" dir="auto";
                button type="submit" { "Search" }
            }
        }
    }
}

/// Whether the page keeps itself up to date; without the script it says how old it is, and no more.
fn connection(frame: &Frame<'_>) -> Markup {
    html! {
        @if frame.as_of_ms != 0 {
            span.pulse #pulse aria-hidden="true" {}
            span #freshness { "As of " (when::utc(frame.as_of_ms)) }
        }
    }
}

impl Link<'_> {
    fn markup(&self) -> Markup {
        html! { a href=(self.href) aria-current=[self.is_here.then_some("page")] { bdi { (self.text) } } }
    }
}
