//! Words along an axis across: side by side where they have room, else turned.

use super::{Anchor, Scene, shortened, text_width};

/// Size of the words.
const SIZE: f64 = 13.0;
/// By so much they are turned, in degrees.
const TURN: f64 = 38.0;
/// Longest of them, turned.
const LONGEST: f64 = 150.0;

/// Words at places of one distance.
pub struct WordTicks {
    words: Vec<String>,
    /// The first place, and the distance between two.
    first: f64,
    step: f64,
    /// Room of a turned word along its line.
    turned: Option<f64>,
}

impl WordTicks {
    /// Words, the first at a place, the others a step apart.
    pub fn new(words: &[String], first: f64, step: f64) -> Self {
        let widest = words.iter().map(|word| text_width(word, SIZE)).fold(0.0, f64::max);
        // The first word must not run out at the left.
        let room = widest.min(LONGEST).min((first - 4.0) / TURN.to_radians().cos());
        let turned = (widest > step).then_some(room);
        Self { words: words.to_vec(), first, step, turned }
    }

    /// Height that turned words need beyond that of others.
    pub fn extra(&self) -> f64 {
        self.turned.map_or(0.0, |room| (room * TURN.to_radians().sin()).max(6.0) - 6.0)
    }

    /// Draws them with their line at a height, or as much lower as they need when turned; `tick` is drawn first at each place.
    pub fn draw(&self, scene: &mut Scene, y: f64, tick: impl Fn(&mut Scene, f64)) {
        for (at, word) in self.words.iter().enumerate() {
            let x = self.first + self.step * at as f64;
            tick(scene, x);
            match self.turned {
                None => scene.text((x, y), SIZE, Anchor::Middle, word),
                Some(room) => {
                    scene.turned_text((x + 4.0, y - 5.0), SIZE, Anchor::End, &shortened(word, SIZE, room), -TURN);
                }
            }
        }
    }
}
