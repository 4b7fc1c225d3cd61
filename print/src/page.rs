//! Pages: paper, and what is drawn on it, in millimetres from the upper left corner.
//!
//! Invariant: a document holds no date and no randomness; where a character has no font, there is no document.

use krilla::{
    Document, SerializeSettings,
    color::luma,
    geom::{PathBuilder, Point, Rect, Transform},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, FillRule, Stroke, StrokeDash},
    surface::Surface,
};

use crate::{
    PrintError,
    code::Modules,
    font::Fonts,
    text::{Shaped, Shaper},
};

/// Points to a millimetre.
pub(crate) const MM: f32 = 72.0 / 25.4;

/// Sheets of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 148 × 210 mm.
    A5,
    /// 8.5 × 11 inches.
    Letter,
}

impl Paper {
    /// Width and height upright, in millimetres.
    #[must_use]
    pub fn size_mm(self) -> (f32, f32) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::A5 => (148.0, 210.0),
            Self::Letter => (215.9, 279.4),
        }
    }
}

/// Where a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Middle,
    Right,
}

/// A rectangle, in millimetres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Area {
    pub(crate) fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    pub(crate) fn right(&self) -> f32 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f32 {
        self.y + self.height
    }

    pub(crate) fn middle(&self) -> f32 {
        self.x + self.width / 2.0
    }

    pub(crate) fn inset(&self, by: f32) -> Self {
        Self::new(self.x + by, self.y + by, self.width - 2.0 * by, self.height - 2.0 * by)
    }
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Size of the type, in points.
    pub(crate) size: f32,
    pub(crate) is_bold: bool,
    /// 0 is black, 255 white.
    pub(crate) grey: u8,
    pub(crate) align: Align,
}

impl Style {
    pub(crate) fn new(size: f32) -> Self {
        Self { size, is_bold: false, grey: 0, align: Align::Left }
    }

    pub(crate) fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    pub(crate) fn grey(self, grey: u8) -> Self {
        Self { grey, ..self }
    }

    pub(crate) fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// A document in the making.
pub(crate) struct Printer<'f> {
    document: Document,
    shaper: Shaper<'f>,
}

impl<'f> Printer<'f> {
    pub(crate) fn new(fonts: &'f Fonts, title: &str) -> Self {
        let settings = SerializeSettings { enable_tagging: false, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        document.set_metadata(Metadata::new().title(title.to_owned()).producer("Bibtrail".to_owned()));
        Self { document, shaper: Shaper::new(fonts) }
    }

    /// Draws a page of this width and height, in millimetres.
    pub(crate) fn page<T>(
        &mut self,
        (width, height): (f32, f32),
        draw: impl FnOnce(&mut Sheet<'_, 'f>) -> Result<T, PrintError>,
    ) -> Result<T, PrintError> {
        let no_page = || PrintError::Pdf(format!("a page of {width} × {height} mm"));
        let settings = PageSettings::from_wh(width * MM, height * MM).ok_or_else(no_page)?;
        let mut page = self.document.start_page_with(settings);
        let mut sheet = Sheet { surface: page.surface(), shaper: &mut self.shaper };
        draw(&mut sheet)
    }

    /// The bytes of the PDF.
    pub(crate) fn finish(self) -> Result<Vec<u8>, PrintError> {
        let lacking = self.shaper.lacking();
        if !lacking.is_empty() {
            return Err(PrintError::Lacking(lacking));
        }
        self.document.finish().map_err(|error| PrintError::Pdf(format!("{error:?}")))
    }
}

/// A page in the making.
pub(crate) struct Sheet<'s, 'f> {
    pub(crate) surface: Surface<'s>,
    shaper: &'s mut Shaper<'f>,
}

impl Sheet<'_, '_> {
    /// Writes a line with its base at `y`; cut with `…` where it is wider than `width`. Gives the width it took, in mm.
    pub(crate) fn text(&mut self, text: &str, (x, y): (f32, f32), width: f32, style: Style) -> f32 {
        let shaped = self.shaper.shape_within(text, style.is_bold, width * MM / style.size);
        self.draw(&shaped, (x, y), style)
    }

    /// Writes a line in smaller type where it is too wide, down to `least` of its size, and cut only then.
    pub(crate) fn fit(
        &mut self,
        text: &str,
        (x, y): (f32, f32),
        width: f32,
        least: f32,
        style: Style,
    ) -> f32 {
        let whole = self.shaper.shape(text, style.is_bold);
        let share = (width * MM / (whole.width * style.size).max(f32::MIN_POSITIVE)).clamp(least, 1.0);
        let style = Style { size: style.size * share, ..style };
        if whole.width * style.size <= width * MM * 1.001 {
            return self.draw(&whole, (x, y), style);
        }
        self.text(text, (x, y), width, style)
    }

    /// How wide a line would be, in millimetres.
    pub(crate) fn width_of(&mut self, text: &str, style: Style) -> f32 {
        self.shaper.shape(text, style.is_bold).width * style.size / MM
    }

    fn draw(&mut self, shaped: &Shaped, (x, y): (f32, f32), style: Style) -> f32 {
        let width = shaped.width * style.size;
        let mut at = match style.align {
            Align::Left => x * MM,
            Align::Middle => x * MM - width / 2.0,
            Align::Right => x * MM - width,
        };
        self.fill(style.grey);
        for run in &shaped.runs {
            let start = Point::from_xy(at, y * MM);
            self.surface.draw_glyphs(start, &run.glyphs, run.font.clone(), &shaped.text, style.size, false);
            at += run.width * style.size;
        }
        width / MM
    }

    /// A filled rectangle.
    pub(crate) fn block(&mut self, area: Area, grey: u8) {
        self.fill(grey);
        self.path(|path| push(path, area));
    }

    /// A rectangle's outline, `line` points wide.
    pub(crate) fn frame(&mut self, area: Area, line: f32, grey: u8) {
        self.stroke(line, grey, None);
        self.path(|path| push(path, area));
    }

    /// A straight line, `line` points wide.
    pub(crate) fn rule(&mut self, from: (f32, f32), to: (f32, f32), line: f32, grey: u8) {
        self.stroke(line, grey, None);
        self.path(|path| along(path, from, to));
    }

    /// A dashed line to cut along.
    pub(crate) fn dashes(&mut self, from: (f32, f32), to: (f32, f32)) {
        self.stroke(0.4, 120, Some(vec![4.0, 4.0]));
        self.path(|path| along(path, from, to));
    }

    /// A code, filling `area`.
    pub(crate) fn code(&mut self, code: &Modules, area: Area, rows: u16) {
        self.fill(0);
        // One module is one unit: whole numbers make a file half as large.
        let (across, down) = (area.width / f32::from(code.across), area.height / f32::from(rows.max(1)));
        let to_page = Transform::from_row(across * MM, 0.0, 0.0, down * MM, area.x * MM, area.y * MM);
        self.surface.push_transform(&to_page);
        self.path(|path| {
            for (y, x, count) in &code.dark {
                let stretch = Rect::from_xywh(f32::from(*x), f32::from(*y), f32::from(*count), 1.0);
                stretch.into_iter().for_each(|rect| path.push_rect(rect));
            }
        });
        self.surface.pop();
    }

    fn fill(&mut self, grey: u8) {
        let paint = luma::Color::new(grey).into();
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
    }

    fn stroke(&mut self, width: f32, grey: u8, dash: Option<Vec<f32>>) {
        let paint = luma::Color::new(grey).into();
        let dash = dash.map(|array| StrokeDash { array, offset: 0.0 });
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke { paint, width, dash, ..Stroke::default() }));
    }

    fn path(&mut self, build: impl FnOnce(&mut PathBuilder)) {
        let mut builder = PathBuilder::new();
        build(&mut builder);
        if let Some(path) = builder.finish() {
            self.surface.draw_path(&path);
        }
    }
}

fn push(path: &mut PathBuilder, area: Area) {
    if let Some(rect) = Rect::from_xywh(area.x * MM, area.y * MM, area.width * MM, area.height * MM) {
        path.push_rect(rect);
    }
}

fn along(path: &mut PathBuilder, from: (f32, f32), to: (f32, f32)) {
    path.move_to(from.0 * MM, from.1 * MM);
    path.line_to(to.0 * MM, to.1 * MM);
}
