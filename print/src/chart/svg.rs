//! SVG as text.
//!
//! Invariant: every text that comes from a race is escaped, and numbers have at most one decimal, so that the same
//! chart is the same text everywhere.

use std::fmt::Write;

/// Fonts as a browser tries them; each falls back to what the machine has.
const FAMILY: &str =
    "'Noto Sans','Helvetica Neue',Arial,'Noto Sans CJK KR','Apple SD Gothic Neo','Malgun Gothic',sans-serif";

/// Ink of titles and axes.
pub(super) const INK: &str = "#1A1A1A";
/// Ink of what explains.
pub(super) const SOFT: &str = "#555555";
/// Ink of grids.
pub(super) const GRID: &str = "#DADADA";

pub(super) struct Svg {
    out: String,
}

#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks: size in pixels, colour, and whether it is bold.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) fill: &'static str,
    pub(super) is_bold: bool,
    pub(super) anchor: Anchor,
    /// Degrees, clockwise around its point.
    pub(super) turn: f64,
    /// Whether white surrounds it, for a text on lines.
    pub(super) has_halo: bool,
}

impl Type {
    pub(super) fn new(size: f64, anchor: Anchor) -> Self {
        Self { size, fill: INK, is_bold: false, anchor, turn: 0.0, has_halo: false }
    }
}

/// How a line looks.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    pub(super) color: &'a str,
    pub(super) width: f64,
    pub(super) dash: &'a str,
    pub(super) opacity: f64,
}

impl<'a> Pen<'a> {
    pub(super) fn new(color: &'a str, width: f64) -> Self {
        Self { color, width, dash: "", opacity: 1.0 }
    }
}

impl Svg {
    /// Begins a picture. `title` is read aloud by screen readers.
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let mut svg = Self { out: String::new() };
        svg.add(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" font-family=\"{FAMILY}\">\n<title>"
        ));
        svg.escaped(title);
        svg.add(format_args!("</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n"));
        svg
    }

    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _written = self.out.write_fmt(text);
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                '"' => self.out.push_str("&quot;"),
                c if c.is_control() => self.out.push(' '),
                c => self.out.push(c),
            }
        }
    }

    pub(super) fn text(&mut self, text: &str, (x, y): (f64, f64), style: Type) {
        let anchor = match style.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if style.is_bold { " font-weight=\"bold\"" } else { "" };
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{:.1}\" fill=\"{}\" text-anchor=\"{anchor}\"{weight}",
            style.size, style.fill
        ));
        if style.turn.abs() > 0.0 {
            self.add(format_args!(" transform=\"rotate({:.0} {x:.1} {y:.1})\"", style.turn));
        }
        if style.has_halo {
            let halo =
                " stroke=\"#FFFFFF\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\"";
            self.add(format_args!("{halo}"));
        }
        self.add(format_args!(">"));
        self.escaped(text);
        self.add(format_args!("</text>\n"));
    }

    /// A line through points; what the pointer rests on says `about`.
    pub(super) fn line(&mut self, points: &[(f64, f64)], pen: Pen<'_>, about: &str) {
        let Some(((x, y), rest)) = points.split_first() else { return };
        self.add(format_args!("<path d=\"M{x:.1} {y:.1}"));
        for (x, y) in rest {
            self.add(format_args!("L{x:.1} {y:.1}"));
        }
        self.add(format_args!(
            "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:.1}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"",
            pen.color, pen.width
        ));
        if !pen.dash.is_empty() {
            self.add(format_args!(" stroke-dasharray=\"{}\"", pen.dash));
        }
        if pen.opacity < 1.0 {
            self.add(format_args!(" stroke-opacity=\"{:.2}\"", pen.opacity));
        }
        if about.is_empty() {
            self.add(format_args!("/>\n"));
        } else {
            self.add(format_args!("><title>"));
            self.escaped(about);
            self.add(format_args!("</title></path>\n"));
        }
    }

    /// A filled shape.
    pub(super) fn area(&mut self, points: &[(f64, f64)], fill: &str, opacity: f64) {
        let Some(((x, y), rest)) = points.split_first() else { return };
        self.add(format_args!("<path d=\"M{x:.1} {y:.1}"));
        for (x, y) in rest {
            self.add(format_args!("L{x:.1} {y:.1}"));
        }
        self.add(format_args!("Z\" fill=\"{fill}\" fill-opacity=\"{opacity:.2}\"/>\n"));
    }

    pub(super) fn dot(&mut self, (x, y): (f64, f64), radius: f64, fill: &str) {
        self.add(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{fill}\" stroke=\"#FFFFFF\"/>\n"
        ));
    }

    pub(super) fn cross(&mut self, (x, y): (f64, f64), arm: f64, color: &str) {
        for (dx, dy) in [(arm, arm), (arm, -arm)] {
            self.line(&[(x - dx, y - dy), (x + dx, y + dy)], Pen::new(color, 2.0), "");
        }
    }

    /// What follows, up to [`Svg::unclip`], is seen inside this rectangle only.
    pub(super) fn clip(&mut self, (left, top): (f64, f64), (right, bottom): (f64, f64)) {
        let (width, height) = (right - left, bottom - top);
        // Pages with several charts share their ids: the name says what the rectangle is.
        let id = format!("c{left:.0}-{top:.0}-{width:.0}-{height:.0}");
        self.add(format_args!(
            "<clipPath id=\"{id}\"><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>\
             </clipPath>\n<g clip-path=\"url(#{id})\">\n"
        ));
    }

    pub(super) fn unclip(&mut self) {
        self.add(format_args!("</g>\n"));
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }
}

/// How wide a text is, roughly: letters of wide scripts are as wide as they are high.
pub(super) fn roughly(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c >= '\u{1100}' { 1.0 } else { 0.56 }).sum::<f64>() * size
}

/// As much of a text as is roughly so wide.
pub(super) fn shortened(text: &str, size: f64, width: f64) -> String {
    if roughly(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if roughly(&kept, size) + size > width {
            break;
        }
    }
    format!("{}…", kept.trim_end())
}
