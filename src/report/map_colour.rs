//! From pixels of a map to colours.

use crate::outcome::Fate;
use crate::spec::keyword::keywords;
use crate::study::{Canvas, Cell};

use super::plot::{Axis, Colours, INK, PAPER, Rgb};

/// What the colour of a pixel says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapColour {
    /// The epoch in which it was solved.
    #[default]
    Epochs,
    /// What became of it.
    Fate,
    /// Its final loss.
    Loss,
}

keywords!(MapColour, "--colour", { Epochs => "epochs", Fate => "fate", Loss => "loss" });

/// Not solved, where the others show when they were.
pub(super) const UNSOLVED: Rgb = Rgb(206, 208, 212);
/// Diverged: a red that no scale here has.
pub(super) const DIVERGED: Rgb = Rgb(178, 40, 50);
/// Share of numbers beyond either end of a scale: single ones would stretch it.
const BEYOND: f64 = 0.002;

/// From cells to colours.
#[derive(Clone, Debug)]
pub struct MapColours {
    pub(super) what: MapColour,
    pub(super) scale: Option<Colours>,
}

impl MapColours {
    /// Scaled to what is to be seen.
    pub fn of(what: MapColour, canvas: &Canvas) -> Self {
        let cells = canvas.points().iter().flatten();
        let (label, numbers): (_, Vec<f64>) = match what {
            MapColour::Fate => return Self { what, scale: None },
            MapColour::Epochs => {
                let solved = cells.filter(|cell| cell.fate == Fate::Solved);
                ("epochs until solved", solved.map(|cell| f64::from(cell.epoch)).collect())
            }
            MapColour::Loss => {
                let usable =
                    cells.filter(|cell| cell.fate != Fate::Diverged && cell.loss > 0.0 && cell.loss.is_finite());
                ("final loss", usable.map(|cell| f64::from(cell.loss)).collect())
            }
        };
        let (low, high) = ends(numbers);
        let scale = Colours::viridis(Axis::log(label, low, high));
        // Light is good: solved early, or with a small loss.
        Self { what, scale: Some(scale.reversed()) }
    }

    /// The colour of a cell.
    pub fn colour(&self, cell: Cell) -> Rgb {
        match (&self.scale, self.what, cell.fate) {
            (None, _, fate) => fate_colour(fate),
            (_, _, Fate::Diverged) => DIVERGED,
            (Some(scale), MapColour::Epochs, Fate::Solved) => scale.of(f64::from(cell.epoch)),
            (Some(scale), MapColour::Loss, _) => scale.of(f64::from(cell.loss).max(scale.axis.low)),
            _ => UNSOLVED,
        }
    }
}

/// The ends of a logarithmic scale for numbers above 0.
fn ends(mut numbers: Vec<f64>) -> (f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |share: f64| numbers.get((share * numbers.len().saturating_sub(1) as f64).round() as usize).copied();
    match (at(BEYOND), at(1.0 - BEYOND)) {
        (Some(low), Some(high)) if high > 1.05 * low => (low, high),
        (Some(low), _) => (low / 1.5, low * 1.5),
        _ => (1.0, 10.0),
    }
}

/// Colours that colour-blind readers can tell apart, after Okabe & Ito.
pub(super) fn fate_colour(fate: Fate) -> Rgb {
    match fate {
        Fate::Solved => Rgb(0, 114, 178),
        Fate::OnePairTie => Rgb(230, 159, 0),
        Fate::CornerCut => Rgb(213, 94, 0),
        Fate::AllHalf => Rgb(204, 121, 167),
        Fate::Grouped => Rgb(86, 180, 233),
        Fate::WrongSaturated => Rgb(140, 108, 82),
        Fate::Descending => UNSOLVED,
        Fate::Diverged => INK,
        Fate::Unfinished => PAPER,
    }
}
