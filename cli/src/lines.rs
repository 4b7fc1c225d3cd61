//! Lines of runners, as tables show them.
//!
//! Invariant: what is doubtful about a runner stands in their line.

use bibtrail_core::{time::span, view::Line};

use crate::{
    Error,
    clock::RaceClock,
    console::Console,
    table::{or_blank, right, table},
};

pub(crate) fn print_lines(clock: &RaceClock, lines: &[Line], console: &mut Console<'_>) -> Result<(), Error> {
    let mut shown = table(&["#", "Bib", "Name", "Nat", "Category", "Team", "Net", "Gun", "State"]);
    right(&mut shown, &[0, 1, 6, 7]);
    for line in lines {
        shown.add_row([
            or_blank(line.rank),
            line.bib.clone(),
            line.name.clone(),
            or_blank(line.nation.as_ref()),
            or_blank(line.category.as_ref()),
            or_blank(line.team.as_ref()),
            or_blank(line.net_ms.map(span)),
            or_blank(line.gun_ms.map(span)),
            state(clock, line),
        ]);
    }
    console.line(shown)
}

/// The state with what belongs to it: where they were seen last, what is doubtful.
fn state(clock: &RaceClock, line: &Line) -> String {
    let mut text = line.state.to_owned();
    if line.rank.is_none()
        && let (Some(place), Some(ms)) = (&line.last_seen, line.last_seen_ms)
    {
        text.push_str(&format!(", last seen {place} {}", clock.show(ms)));
    }
    match line.missed.as_slice() {
        [] => {}
        few if few.len() <= 3 => text.push_str(&format!("; not seen at {}", few.join(", "))),
        many => text.push_str(&format!("; not seen at {} places", many.len())),
    }
    line.doubts_told().iter().for_each(|doubt| text.push_str(&format!("; {doubt}")));
    text
}
