//! A rectangle with two axes, and what is drawn in it.

use super::colour::{Colours, GRID, INK, PAPER, Rgb};
use super::{Anchor, Axis, Scene, Stroke, WordTicks, text_width};

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

impl Frame {
    /// Where a point of the axes lies in the scene.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.corner.0 + self.x.place(x) * self.size.0, self.corner.1 + (1.0 - self.y.place(y)) * self.size.1)
    }

    /// Where its foot lies.
    pub fn bottom(&self) -> f64 {
        self.corner.1 + self.size.1
    }

    /// What an axis up needs at the left: its numbers, and its label on its side.
    pub(super) fn left_room(y: &Axis) -> f64 {
        let label = if y.label.is_empty() { 12.0 } else { 42.0 };
        label + widest(y)
    }

    /// What an axis across needs at the right: half of its last number.
    pub(super) fn right_room(x: &Axis) -> f64 {
        (0.5 * widest(x) + 3.0).max(12.0)
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
        tick_count(&self.x, self.size.0)
    }

    fn y_tick_count(&self) -> usize {
        ((self.size.1 / 44.0) as usize).clamp(2, 10)
    }

    /// The outline, ticks, numbers and labels, above what was drawn before.
    pub fn axes(&self, scene: &mut Scene) {
        let (left, bottom) = (self.corner.0, self.bottom());
        let tick = Stroke::new(INK, 1.2);
        scene.outline(self.corner, self.size, tick);
        for number in self.x.small_ticks() {
            let x = left + self.x.place(number) * self.size.0;
            scene.line(&[(x, bottom), (x, bottom + 3.0)], tick);
        }
        for (number, label) in self.x.ticks(self.x_tick_count()) {
            let x = left + self.x.place(number) * self.size.0;
            scene.line(&[(x, bottom), (x, bottom + 6.0)], tick);
            scene.text((x, bottom + 21.0), TICK_SIZE, Anchor::Middle, &label);
        }
        self.labels(scene, 0.0);
    }

    /// The same with words at 0, 1, 2, ... of the axis across.
    pub fn worded_axes(&self, scene: &mut Scene, words: &WordTicks) {
        let tick = Stroke::new(INK, 1.2);
        scene.outline(self.corner, self.size, tick);
        words.draw(scene, self.bottom() + 21.0, |scene, x| {
            scene.line(&[(x, self.bottom()), (x, self.bottom() + 6.0)], tick);
        });
        self.labels(scene, words.extra());
    }

    /// Words at 0, 1, 2, ... of the axis across.
    pub fn word_ticks(&self, words: &[String]) -> WordTicks {
        let place = |at: f64| self.corner.0 + self.x.place(at) * self.size.0;
        WordTicks::new(words, place(0.0), place(1.0) - place(0.0))
    }

    /// The axis up and the labels of both, that of the axis across so much lower.
    fn labels(&self, scene: &mut Scene, lower: f64) {
        let (left, top) = self.corner;
        let bottom = self.bottom();
        let tick = Stroke::new(INK, 1.2);
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
        scene.text((left + 0.5 * self.size.0, bottom + 44.0 + lower), LABEL_SIZE, Anchor::Middle, &self.x.label);
        let middle = (left - 24.0 - widest, top + 0.5 * self.size.1);
        scene.styled_text(middle, LABEL_SIZE, Anchor::Middle, &self.y.label, INK, false, -90.0);
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
}

/// Ticks that an axis across has room for.
fn tick_count(axis: &Axis, width: f64) -> usize {
    let widest = axis.ticks(6).iter().map(|(_, label)| text_width(label, TICK_SIZE)).fold(10.0, f64::max);
    ((width / (1.7 * widest)) as usize).clamp(2, 10)
}

/// Width of the widest number at any ticks of an axis.
fn widest(axis: &Axis) -> f64 {
    let labels = (2..=10).flat_map(|most| axis.ticks(most));
    labels.map(|(_, label)| text_width(&label, TICK_SIZE)).fold(10.0, f64::max)
}

/// A bar of colours: upright with ticks at its right and its label beside them, lying with both below it.
pub fn colour_bar(scene: &mut Scene, (x, y): (f64, f64), (width, height): (f64, f64), colours: &Colours) {
    const STEPS: usize = 256;
    let axis = &colours.axis;
    let number = |place: f64| {
        if axis.log { axis.low * (axis.high / axis.low).powf(place) } else { axis.low + place * (axis.high - axis.low) }
    };
    let of_step = |step: usize| colours.of(number((step as f64 + 0.5) / STEPS as f64));
    let upright = height > width;
    match upright {
        true => {
            let column: Vec<Rgb> =
                (0..STEPS).map(|step| colours.of(number(1.0 - (step as f64 + 0.5) / STEPS as f64))).collect();
            scene.image((x, y), (width, height), 1, &column);
        }
        false => scene.image((x, y), (width, height), STEPS, &(0..STEPS).map(of_step).collect::<Vec<Rgb>>()),
    }
    scene.outline((x, y), (width, height), Stroke::new(INK, 1.2));
    if !upright {
        let foot = y + height;
        for (number, label) in axis.ticks(tick_count(axis, width)) {
            let at = x + axis.place(number) * width;
            scene.line(&[(at, foot), (at, foot + 5.0)], Stroke::new(INK, 1.2));
            scene.text((at, foot + 19.0), TICK_SIZE, Anchor::Middle, &label);
        }
        if !axis.label.is_empty() {
            scene.text((x + 0.5 * width, foot + 40.0), LABEL_SIZE, Anchor::Middle, &axis.label);
        }
        return;
    }
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
