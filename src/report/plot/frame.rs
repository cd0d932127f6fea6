//! A rectangle with two axes, and what is drawn in it.

use super::colour::{Colours, GRID, INK, PALETTE, PAPER, Rgb};
use super::{Anchor, Axis, Scene, Stroke, text_width};

/// Size of the numbers at ticks.
const TICK_SIZE: f64 = 13.0;
/// Size of the axes' labels.
const LABEL_SIZE: f64 = 14.5;

/// A rectangle with two axes.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Left and top edge.
    pub corner: (f64, f64),
    /// Width and height.
    pub size: (f64, f64),
    /// The axis across.
    pub x: Axis,
    /// The axis up.
    pub y: Axis,
}

/// A line of a legend.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its colour.
    pub colour: Rgb,
    /// Whether its line is dashed.
    pub dashed: bool,
    /// Its name.
    pub name: String,
}

impl Frame {
    /// Where a point of the axes lies in the scene.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.corner.0 + self.x.place(x) * self.size.0, self.corner.1 + (1.0 - self.y.place(y)) * self.size.1)
    }

    /// Grid lines, below what is drawn next.
    pub fn grid(&self, scene: &mut Scene) {
        let (left, top) = self.corner;
        let (right, bottom) = (left + self.size.0, top + self.size.1);
        for (number, _) in self.x.ticks(self.x_tick_count()) {
            let x = left + self.x.place(number) * self.size.0;
            scene.line(&[(x, top), (x, bottom)], Stroke::new(GRID, 1.0));
        }
        for (number, _) in self.y.ticks(self.y_tick_count()) {
            let y = bottom - self.y.place(number) * self.size.1;
            scene.line(&[(left, y), (right, y)], Stroke::new(GRID, 1.0));
        }
    }

    fn x_tick_count(&self) -> usize {
        let widest = self.x.ticks(6).iter().map(|(_, label)| text_width(label, TICK_SIZE)).fold(10.0, f64::max);
        ((self.size.0 / (1.7 * widest)) as usize).clamp(2, 10)
    }

    fn y_tick_count(&self) -> usize {
        ((self.size.1 / 44.0) as usize).clamp(2, 10)
    }

    /// The outline, ticks, numbers and labels, above what was drawn before.
    pub fn axes(&self, scene: &mut Scene) {
        self.axes_with(scene, None);
    }

    /// The same, with words at 0, 1, 2, ... of the axis across instead of numbers where there are some.
    pub fn axes_with(&self, scene: &mut Scene, words: Option<&[String]>) {
        let (left, top) = self.corner;
        let bottom = top + self.size.1;
        scene.outline(self.corner, self.size, Stroke::new(INK, 1.2));
        let tick = Stroke::new(INK, 1.2);
        for number in self.x.small_ticks() {
            let x = left + self.x.place(number) * self.size.0;
            scene.line(&[(x, bottom), (x, bottom + 3.0)], tick);
        }
        let worded = |words: &[String]| (0..words.len()).map(|at| at as f64).zip(words.iter().cloned()).collect();
        for (number, label) in words.map_or_else(|| self.x.ticks(self.x_tick_count()), worded) {
            let x = left + self.x.place(number) * self.size.0;
            scene.line(&[(x, bottom), (x, bottom + 6.0)], tick);
            scene.text((x, bottom + 21.0), TICK_SIZE, Anchor::Middle, &label);
        }
        for number in self.y.small_ticks() {
            let y = bottom - self.y.place(number) * self.size.1;
            scene.line(&[(left - 3.0, y), (left, y)], tick);
        }
        let mut widest: f64 = 0.0;
        for (number, label) in self.y.ticks(self.y_tick_count()) {
            let y = bottom - self.y.place(number) * self.size.1;
            scene.line(&[(left - 6.0, y), (left, y)], tick);
            scene.text((left - 10.0, y + 4.5), TICK_SIZE, Anchor::End, &label);
            widest = widest.max(text_width(&label, TICK_SIZE));
        }
        scene.text((left + 0.5 * self.size.0, bottom + 44.0), LABEL_SIZE, Anchor::Middle, &self.x.label);
        let middle = (left - 24.0 - widest, top + 0.5 * self.size.1);
        scene.styled_text(middle, LABEL_SIZE, Anchor::Middle, &self.y.label, INK, false, -90.0);
    }

    /// The title above.
    pub fn title(&self, scene: &mut Scene, title: &str) {
        // As large as fits above the frame and its margins.
        let size = (17.0 * self.size.0 * 1.12 / text_width(title, 17.0).max(1.0)).clamp(12.0, 17.0);
        let at = (self.corner.0 + 0.5 * self.size.0, self.corner.1 - 16.0);
        scene.styled_text(at, size, Anchor::Middle, title, INK, true, 0.0);
    }

    /// A line through points of the axes, cut off at the outline.
    pub fn line(&self, scene: &mut Scene, points: &[(f64, f64)], stroke: Stroke) {
        let placed: Vec<(f64, f64)> = points.iter().map(|point| self.at(*point)).collect();
        scene.clipped(self.corner, self.size, |scene| scene.line(&placed, stroke));
    }

    /// A translucent band between a lower and an upper line.
    pub fn band(&self, scene: &mut Scene, lower: &[(f64, f64)], upper: &[(f64, f64)], colour: Rgb) {
        let points: Vec<(f64, f64)> = lower.iter().chain(upper.iter().rev()).map(|point| self.at(*point)).collect();
        scene.clipped(self.corner, self.size, |scene| scene.band(&points, colour, 0.18));
    }

    /// A marked point with its name beside it.
    pub fn mark(&self, scene: &mut Scene, point: (f64, f64), name: &str, colour: Rgb) {
        let (x, y) = self.at(point);
        scene.disc((x, y), 5.5, colour, Some(Stroke::new(PAPER, 1.5)));
        let width = text_width(name, LABEL_SIZE);
        let right = x + 14.0 + width < self.corner.0 + self.size.0;
        let (x, anchor) = if right { (x + 11.0, Anchor::Start) } else { (x - 11.0, Anchor::End) };
        scene.styled_text((x, y + 18.0), LABEL_SIZE, anchor, name, colour, true, 0.0);
    }

    /// A colour for each point of a grid, `[row][column]` with the lowest row first.
    pub fn heat(&self, scene: &mut Scene, columns: usize, numbers: &[f64], colours: &Colours) {
        let rows = numbers.chunks(columns).rev();
        let pixels: Vec<Rgb> = rows.flatten().map(|number| colours.of(*number)).collect();
        scene.image(self.corner, self.size, columns, &pixels);
    }

    /// A legend in the corner with most room, which the caller knows: right or left, top or bottom.
    pub fn legend(&self, scene: &mut Scene, keys: &[Key], right: bool, top: bool) {
        let (width, height) = legend_size(keys);
        let x = if right { self.corner.0 + self.size.0 - width - 10.0 } else { self.corner.0 + 10.0 };
        let y = if top { self.corner.1 + 10.0 } else { self.corner.1 + self.size.1 - height - 10.0 };
        draw_legend(scene, (x, y), keys);
    }

    /// A legend below the frame's axis, where it covers nothing; it needs `legend_size` of the scene and a gap.
    pub fn legend_below(&self, scene: &mut Scene, keys: &[Key]) {
        draw_legend(scene, (self.corner.0, self.corner.1 + self.size.1 + LEGEND_GAP), keys);
    }

    /// A legend to the right of the frame, where it covers nothing; it needs `legend_size` of the scene and a gap.
    pub fn legend_beside(&self, scene: &mut Scene, keys: &[Key]) {
        draw_legend(scene, (self.corner.0 + self.size.0 + 14.0, self.corner.1), keys);
    }
}

/// From a frame to the legend below it: ticks, numbers and the axis's label stand between.
pub const LEGEND_GAP: f64 = 62.0;
/// Distance between the lines of a legend.
const LEGEND_ROW: f64 = 21.0;
/// Size of its text.
const LEGEND_TEXT: f64 = 13.5;

/// Width and height of a legend.
pub fn legend_size(keys: &[Key]) -> (f64, f64) {
    let widest = keys.iter().map(|key| text_width(&key.name, LEGEND_TEXT)).fold(0.0, f64::max);
    (widest + 58.0, LEGEND_ROW * keys.len() as f64 + 12.0)
}

fn draw_legend(scene: &mut Scene, (x, y): (f64, f64), keys: &[Key]) {
    scene.rectangle((x, y), legend_size(keys), PAPER, Some(Stroke::new(GRID, 1.0)));
    for (at, key) in keys.iter().enumerate() {
        let middle = y + 6.0 + LEGEND_ROW * (at as f64 + 0.5);
        let stroke = Stroke { dashed: key.dashed, ..Stroke::new(key.colour, 2.6) };
        scene.line(&[(x + 10.0, middle), (x + 38.0, middle)], stroke);
        scene.text((x + 46.0, middle + 4.8), LEGEND_TEXT, Anchor::Start, &key.name);
    }
}

/// A bar of colours with ticks at its right and its label beside them.
pub fn colour_bar(scene: &mut Scene, (x, y): (f64, f64), (width, height): (f64, f64), colours: &Colours) {
    const STEPS: usize = 256;
    let axis = &colours.axis;
    let number = |place: f64| {
        if axis.log { axis.low * (axis.high / axis.low).powf(place) } else { axis.low + place * (axis.high - axis.low) }
    };
    let column: Vec<Rgb> =
        (0..STEPS).map(|step| colours.of(number(1.0 - (step as f64 + 0.5) / STEPS as f64))).collect();
    scene.image((x, y), (width, height), 1, &column);
    scene.outline((x, y), (width, height), Stroke::new(INK, 1.2));
    let mut widest: f64 = 0.0;
    for (number, label) in axis.ticks(((height / 44.0) as usize).clamp(2, 9)) {
        widest = widest.max(text_width(&label, TICK_SIZE));
        let at = y + (1.0 - axis.place(number)) * height;
        scene.line(&[(x + width, at), (x + width + 5.0, at)], Stroke::new(INK, 1.2));
        scene.text((x + width + 9.0, at + 4.5), TICK_SIZE, Anchor::Start, &label);
    }
    let beside = (x + width + 30.0 + widest, y + 0.5 * height);
    scene.styled_text(beside, LABEL_SIZE, Anchor::Middle, &axis.label, INK, false, -90.0);
}

/// Keys of a legend that need no frame of their own.
pub fn keys(names: impl IntoIterator<Item = String>) -> Vec<Key> {
    let colours = PALETTE.iter().cycle();
    names.into_iter().zip(colours).map(|(name, colour)| Key { colour: *colour, dashed: false, name }).collect()
}
