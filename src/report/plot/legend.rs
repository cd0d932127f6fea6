//! Names of lines, each after a piece of its line.

use super::colour::{GRID, PALETTE, PAPER, Rgb};
use super::lines::broken;
use super::{Anchor, Frame, Scene, Stroke, text_width};

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

/// Names of lines in a box.
#[derive(Clone, Debug)]
pub struct Legend {
    /// Each with its name in lines.
    keys: Vec<(Key, Vec<String>)>,
    /// Width and height.
    pub size: (f64, f64),
}

/// From a frame to the legend below it: ticks, numbers and the axis's label stand between.
pub const LEGEND_GAP: f64 = 62.0;
/// Distance between the names of a legend.
const ROW: f64 = 21.0;
/// Distance between the lines of one name.
const LINE: f64 = 16.0;
/// Size of its text.
const TEXT: f64 = 13.5;
/// What is beside the names: a piece of a line, and gaps.
const BESIDE: f64 = 58.0;

impl Legend {
    /// A legend in a room across, in which long names break.
    pub fn new(keys: &[Key], room: f64) -> Self {
        let lines = |key: &Key| (key.clone(), broken(&key.name, TEXT, room - BESIDE));
        let keys: Vec<(Key, Vec<String>)> = keys.iter().map(lines).collect();
        let names = keys.iter().flat_map(|(_, lines)| lines);
        let widest = names.map(|line| text_width(line, TEXT)).fold(0.0, f64::max);
        let more: usize = keys.iter().map(|(_, lines)| lines.len() - 1).sum();
        Self { size: (widest + BESIDE, ROW * keys.len() as f64 + 12.0 + LINE * more as f64), keys }
    }

    fn draw(&self, scene: &mut Scene, (x, y): (f64, f64)) {
        scene.rectangle((x, y), self.size, PAPER, Some(Stroke::new(GRID, 1.0)));
        let mut more = 0;
        for (at, (key, lines)) in self.keys.iter().enumerate() {
            let middle = y + 6.0 + ROW * (at as f64 + 0.5) + LINE * more as f64;
            let stroke = Stroke { dashed: key.dashed, ..Stroke::new(key.colour, 2.6) };
            scene.line(&[(x + 10.0, middle), (x + 38.0, middle)], stroke);
            for (line, name) in lines.iter().enumerate() {
                scene.text((x + 46.0, middle + 4.8 + LINE * line as f64), TEXT, Anchor::Start, name);
            }
            more += lines.len() - 1;
        }
    }
}

impl Frame {
    /// A legend in the corner with most room, which the caller knows: right or left, top or bottom.
    pub fn legend(&self, scene: &mut Scene, legend: &Legend, right: bool, top: bool) {
        let (width, height) = legend.size;
        let x = if right { self.corner.0 + self.size.0 - width - 10.0 } else { self.corner.0 + 10.0 };
        let y = if top { self.corner.1 + 10.0 } else { self.corner.1 + self.size.1 - height - 10.0 };
        legend.draw(scene, (x, y));
    }

    /// A legend below the frame's axis, and so much lower, where it covers nothing; it needs its size of the scene and a gap.
    pub fn legend_below(&self, scene: &mut Scene, legend: &Legend, lower: f64) {
        // Below the frame, or as far to the left of that as it is wide.
        let left = self.corner.0.min(scene.width() - legend.size.0 - 8.0).max(8.0);
        legend.draw(scene, (left, self.bottom() + LEGEND_GAP + lower));
    }

    /// A legend to the right of the frame, where it covers nothing; it needs its size of the scene and a gap.
    pub fn legend_beside(&self, scene: &mut Scene, legend: &Legend) {
        legend.draw(scene, (self.corner.0 + self.size.0 + 14.0, self.corner.1));
    }
}

/// Keys of a legend that need no frame of their own.
pub fn keys(names: impl IntoIterator<Item = String>) -> Vec<Key> {
    let colours = PALETTE.iter().cycle();
    names.into_iter().zip(colours).map(|(name, colour)| Key { colour: *colour, dashed: false, name }).collect()
}
