//! Text as outlines of letters, for pictures of pixels: the fonts that PNGs are set in.

use tiny_skia::{Path, PathBuilder};
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::{Face, GlyphId, OutlineBuilder, Tag};

static PLAIN: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");

/// The fonts.
pub(super) struct Fonts {
    plain: Option<Font>,
    bold: Option<Font>,
}

/// A line of text from its left end at the origin, y downwards, in units of its font.
pub(super) struct Line {
    /// What is filled.
    pub outline: Path,
    /// Where the next letter would begin.
    pub width: f32,
    /// Units in the size of the font.
    pub em: f32,
}

impl Fonts {
    /// Plain and bold.
    pub(super) fn new() -> Self {
        Self { plain: Font::new(PLAIN), bold: Font::new(BOLD) }
    }

    /// The outline of a text; `None` if it has nothing to fill.
    pub(super) fn line(&self, text: &str, bold: bool) -> Option<Line> {
        let font = if bold { &self.bold } else { &self.plain };
        font.as_ref()?.line(text)
    }
}

struct Font {
    face: Face<'static>,
    /// How much nearer or farther pairs of letters stand.
    pairs: Vec<PairAdjustment<'static>>,
}

impl Font {
    fn new(data: &'static [u8]) -> Option<Self> {
        let face = Face::parse(data, 0).ok()?;
        let mut pairs = Vec::new();
        if let Some(table) = face.tables().gpos {
            let kerning = table.features.into_iter().filter(|feature| feature.tag == Tag::from_bytes(b"kern"));
            let mut lookups: Vec<u16> = kerning.flat_map(|feature| feature.lookup_indices).collect();
            lookups.sort_unstable();
            lookups.dedup();
            for lookup in lookups.into_iter().filter_map(|at| table.lookups.get(at)) {
                pairs.extend(lookup.subtables.into_iter().filter_map(|subtable| match subtable {
                    PositioningSubtable::Pair(pair) => Some(pair),
                    _ => None,
                }));
            }
        }
        Some(Self { face, pairs })
    }

    fn line(&self, text: &str) -> Option<Line> {
        let mut pen = Pen { path: PathBuilder::new(), x: 0.0 };
        let mut before = None;
        for letter in text.chars() {
            let letter = self.face.glyph_index(letter).unwrap_or(GlyphId(0));
            pen.x += before.map_or(0.0, |before| self.kerning(before, letter));
            self.face.outline_glyph(letter, &mut pen);
            pen.x += f32::from(self.face.glyph_hor_advance(letter).unwrap_or(0));
            before = Some(letter);
        }
        Some(Line { outline: pen.path.finish()?, width: pen.x, em: f32::from(self.face.units_per_em()) })
    }

    fn kerning(&self, left: GlyphId, right: GlyphId) -> f32 {
        let advance = self.pairs.iter().find_map(|pair| {
            let covered = pair.coverage().get(left)?;
            let (left, _) = match pair {
                PairAdjustment::Format1 { sets, .. } => sets.get(covered)?.get(right)?,
                PairAdjustment::Format2 { classes, matrix, .. } => {
                    matrix.get((classes.0.get(left), classes.1.get(right)))?
                }
            };
            Some(left.x_advance)
        });
        f32::from(advance.unwrap_or(0))
    }
}

/// Draws letters where the last one ended.
struct Pen {
    path: PathBuilder,
    x: f32,
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, -y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + x1, -y1, self.x + x, -y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.path.cubic_to(self.x + x1, -y1, self.x + x2, -y2, self.x + x, -y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What pictures are laid out by is near what their letters take.
    #[test]
    fn widths_are_estimated_well() {
        use crate::report::plot::text_width;
        let fonts = Fonts::new();
        for text in [
            "XOR, 2-3-1: how many are still unsolved",
            "Kaplan-Meier estimate over 3,000 networks; 95% bands: dark for each epoch by itself",
            "sigmoid, cross-entropy, batch-mean gd, rate 4, init tutorial, solved at max-error:0.1 within 300 epochs",
            "starting weight theta1[0,0]",
            "Training 2-3-1 on xor: population at which each backend wins",
        ] {
            for (bold, wider) in [(false, 1.0), (true, 1.12)] {
                let line = fonts.line(text, bold).unwrap();
                let share = text_width(text, 1.0) * wider / f64::from(line.width / line.em);
                assert!((0.97..1.08).contains(&share), "{share:.3} {text}");
            }
        }
    }

    #[test]
    fn letters_have_outlines_and_widths() {
        let fonts = Fonts::new();
        let line = |text, bold| fonts.line(text, bold).unwrap();
        for bold in [false, true] {
            assert!(fonts.line(" ", bold).is_none() && fonts.line("", bold).is_none());
            let (one, two) = (line("n", bold), line("nn", bold));
            assert_eq!((one.em, two.width), (2048.0, 2.0 * one.width));
            assert!(two.outline.bounds().right() > one.width && one.outline.bounds().top() < 0.0);
        }
        assert!(line("n", true).width > line("n", false).width);
        // Letters of a pair such as AV stand nearer than by themselves.
        assert!(line("AV", false).width < line("A", false).width + line("V", false).width);
    }
}
