//! From the texts in which sources tell times.
//!
//! Invariant: what a text leaves open (zone, day, year) stays open; no day is put in here, and no offset is made up.

use jiff::{
    civil::{Date, Time},
    tz::{Offset, TimeZone},
};

use crate::record::When;

const MINUTE_MS: u32 = 60_000;
const SECOND_MS: u32 = 1_000;

/// A time with as much of date and zone as the text has:
///
/// * `2023-08-09 09:16:01-06:00`, `…T…`, with seconds' decimals, with offsets as they are met (`Z`, `-6:00`, `-0600`,
///   ` -06`), or without one;
/// * `09:27:00 23 Aug`, `08:00:00 01 Jan 2026`, `06:00:00 Sept 27 2024`;
/// * `09:16:01`, `9:16`, `0916`, `916`, `9:16 pm`;
/// * `?`: nobody read it.
#[must_use]
pub fn when(text: &str) -> Option<When> {
    let text = text.trim();
    if !text.is_empty() && text.chars().all(|c| c == '?') {
        return Some(When::Unread);
    }
    if let Some((date, rest)) =
        text.split_at_checked(10).and_then(|(date, rest)| Some((date_of(date)?, rest)))
    {
        let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
        return dated(date, rest);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let (time, date) = match words.as_slice() {
        [time, half, date @ ..] if is_half(half) => (format!("{time}{half}"), date),
        [time, date @ ..] => ((*time).to_owned(), date),
        [] => return None,
    };
    let (time, within_ms) = of_day(&time)?;
    match date {
        [] => Some(When::OfDay { time, day: None, month: None, within_ms }),
        [a, b] => {
            let (day, month) = day_and_month(a, b)?;
            Some(When::OfDay { time, day: Some(day), month: Some(month), within_ms })
        }
        [a, b, year] => {
            let (day, month) = day_and_month(a, b)?;
            let date = Date::new(year.parse().ok().filter(|year| *year >= 1000)?, month, day).ok()?;
            Some(When::Local { at: date.to_datetime(time), within_ms })
        }
        _ => None,
    }
}

/// A date and a time in two columns: `9/23/22` (month first) and `9:27 am`.
pub(super) fn american(date: &str, time: &str) -> Option<When> {
    let numbers: Vec<i16> = date.trim().split('/').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [month, day, year] = numbers.as_slice() else { return None };
    let year = if *year < 100 { year + 2000 } else { *year };
    let date = Date::new(year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()?;
    let (time, within_ms) = of_day(&time.split_whitespace().collect::<String>())?;
    Some(When::Local { at: date.to_datetime(time), within_ms })
}

/// A span after the gun: `36:01`, `4:15:25`, `1:02:03.5`.
#[must_use]
pub fn after_gun(text: &str) -> Option<When> {
    let text = text.trim();
    if !text.is_empty() && text.chars().all(|c| c == '?') {
        return Some(When::Unread);
    }
    let (whole, fraction_ms, within_ms) = fraction(text)?;
    let parts: Vec<i64> = whole.split(':').map(|part| digits(part, 1, 3)).collect::<Option<_>>()?;
    let seconds = match parts.as_slice() {
        [minutes, seconds] if *seconds < 60 => minutes * 60 + seconds,
        [hours, minutes, seconds] if *minutes < 60 && *seconds < 60 => hours * 3600 + minutes * 60 + seconds,
        _ => return None,
    };
    Some(When::AfterGun { ms: seconds * 1000 + i64::from(fraction_ms), within_ms })
}

/// What follows a date: a time, and an offset or none.
fn dated(date: Date, rest: &str) -> Option<When> {
    let end = rest.find(|c: char| !(c.is_ascii_digit() || ":.,".contains(c))).unwrap_or(rest.len());
    let (time, zone) = (&rest[..end], rest[end..].trim());
    let (time, within_ms) = of_day(time)?;
    let at = date.to_datetime(time);
    if zone.is_empty() {
        return Some(When::Local { at, within_ms });
    }
    let moment = at.to_zoned(TimeZone::fixed(offset(zone)?)).ok()?;
    Some(When::Moment { ms: moment.timestamp().as_millisecond(), within_ms })
}

/// `Z`, `UTC`, `-06:00`, and what is met in the wild: `-6:00`, `-0600`, `-600`, `-06`, `-6`, with the sign U+2212.
fn offset(text: &str) -> Option<Offset> {
    if ["Z", "UTC", "GMT"].iter().any(|name| name.eq_ignore_ascii_case(text)) {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        '−' => (-1, &text['−'.len_utf8()..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (digits(hours, 1, 2)?, digits(minutes, 2, 2)?),
        None if rest.len() > 2 => {
            let (hours, minutes) = rest.split_at_checked(rest.len() - 2)?;
            (digits(hours, 1, 2)?, digits(minutes, 2, 2)?)
        }
        None => (digits(rest, 1, 2)?, 0),
    };
    let seconds = (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))?;
    Offset::from_seconds(i32::try_from(seconds).ok()?).ok()
}

/// `09:16:01`, `9:16`, `0916`, `916`, with decimals of a second, with `am` or `pm` right after it.
fn of_day(text: &str) -> Option<(Time, u32)> {
    let lower = text.to_ascii_lowercase();
    let (text, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(text), _) => (text, Some(0)),
        (_, Some(text)) => (text, Some(12)),
        _ => (lower.as_str(), None),
    };
    let (whole, fraction_ms, within_ms) = fraction(text)?;
    let parts: Vec<&str> = whole.split(':').collect();
    let (hour, minute, second, within_ms) = match parts.as_slice() {
        [hour, minute, second] => {
            (digits(hour, 1, 2)?, digits(minute, 2, 2)?, digits(second, 2, 2)?, within_ms)
        }
        [hour, minute] if fraction_ms == 0 => (digits(hour, 1, 2)?, digits(minute, 2, 2)?, 0, MINUTE_MS),
        [all] if (3..=4).contains(&all.len()) && fraction_ms == 0 => {
            let (hour, minute) = all.split_at_checked(all.len() - 2)?;
            (digits(hour, 1, 2)?, digits(minute, 2, 2)?, 0, MINUTE_MS)
        }
        _ => return None,
    };
    let hour = match half {
        None => hour,
        Some(more) if (1..=12).contains(&hour) => hour % 12 + more,
        Some(_) => return None,
    };
    let small = |number: i64| i8::try_from(number).ok();
    let nanoseconds = i32::try_from(fraction_ms).ok()? * 1_000_000;
    Some((Time::new(small(hour)?, small(minute)?, small(second)?, nanoseconds).ok()?, within_ms))
}

/// The text before a decimal part, the part in milliseconds, and one unit of its last digit.
fn fraction(text: &str) -> Option<(&str, u32, u32)> {
    let Some((whole, part)) = text.split_once(['.', ',']) else { return Some((text, 0, SECOND_MS)) };
    let is_good = (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let ms: u32 = is_good.then(|| format!("{part:0<3}"))?.get(..3)?.parse().ok()?;
    let within_ms = match part.len() {
        1 => 100,
        2 => 10,
        _ => 1,
    };
    Some((whole, ms, within_ms))
}

fn digits(text: &str, min: usize, max: usize) -> Option<i64> {
    let is_good = (min..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_good { text.parse().ok() } else { None }
}

fn date_of(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    (bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-').then(|| text.parse().ok())?
}

fn is_half(word: &str) -> bool {
    word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm")
}

/// `23 Aug`, or `Sept 27`.
fn day_and_month(a: &str, b: &str) -> Option<(i8, i8)> {
    let day = |text: &str| {
        digits(text, 1, 2).and_then(|day| i8::try_from(day).ok()).filter(|d| (1..=31).contains(d))
    };
    match (day(a), day(b)) {
        (Some(day), None) => Some((day, month(b)?)),
        (None, Some(day)) => Some((day, month(a)?)),
        _ => None,
    }
}

/// A month's English name, or at least three letters of it.
fn month(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.trim_end_matches('.').to_lowercase();
    let is_it = |month: &&str| text.len() >= 3 && month.starts_with(&text);
    (1..).zip(MONTHS).find(|(_, month)| is_it(month)).map(|(number, _)| number)
}
