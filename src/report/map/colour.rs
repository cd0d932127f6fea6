//! From pixels of a map to colours.

use crate::outcome::Fate;
use crate::spec::SpecError;
use crate::spec::keyword::{serde_as_text, unknown};
use crate::study::{Canvas, MapCell};

use crate::report::plot::{Axis, Colours, INK, PAPER, Rgb};

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
    /// The share of its networks that met a fate.
    Share(Fate),
}

impl std::fmt::Display for MapColour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Epochs => "epochs",
            Self::Fate => "fate",
            Self::Loss => "loss",
            Self::Share(fate) => fate.name(),
        })
    }
}

impl std::str::FromStr for MapColour {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        // No pixel is unfinished.
        let shares = Fate::ALL.into_iter().filter(|fate| *fate != Fate::Unfinished).map(Self::Share);
        let all: Vec<Self> = [Self::Epochs, Self::Fate, Self::Loss].into_iter().chain(shares).collect();
        let names: Vec<String> = all.iter().map(Self::to_string).collect();
        let found = all.into_iter().zip(&names).find(|(_, name)| *name == text.trim());
        found
            .map(|(colour, _)| colour)
            .ok_or_else(|| unknown("--colour", text, &names.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}

serde_as_text!(MapColour);

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
        let several = cells.clone().any(|cell| cell.networks() > 1);
        let (label, numbers): (_, Vec<f64>) = match what {
            MapColour::Fate => return Self { what, scale: None },
            MapColour::Share(fate) => {
                let axis = Axis::linear(format!("share {}", words(fate)), 0.0, 1.0);
                return Self { what, scale: Some(Colours::viridis(axis)) };
            }
            MapColour::Epochs => {
                let solved = cells.filter(|cell| cell.count(Fate::Solved) > 0);
                let label = if several { "mean epochs of those solved" } else { "epochs until solved" };
                (label, solved.map(|cell| f64::from(cell.epoch)).collect())
            }
            MapColour::Loss => {
                let usable = cells.filter(|cell| !diverged(cell) && cell.loss > 0.0 && cell.loss.is_finite());
                let label = if several { "mean final loss" } else { "final loss" };
                (label, usable.map(|cell| f64::from(cell.loss)).collect())
            }
        };
        let (low, high) = ends(numbers);
        let scale = Colours::viridis(Axis::log(label, low, high));
        // Light is good: solved early, or with a small loss.
        Self { what, scale: Some(scale.reversed()) }
    }

    /// The colour of a cell.
    pub fn colour(&self, cell: MapCell) -> Rgb {
        match (&self.scale, self.number(&cell)) {
            (None, _) => fate_colour(cell.fate),
            (Some(scale), Some(number)) => scale.of(number),
            (Some(_), None) if diverged(&cell) => DIVERGED,
            _ => UNSOLVED,
        }
    }

    /// Where a cell lies on the scale; `None` where it has a colour of its own.
    pub(super) fn number(&self, cell: &MapCell) -> Option<f64> {
        let axis = &self.scale.as_ref()?.axis;
        match self.what {
            MapColour::Share(fate) => Some(cell.share(fate)),
            MapColour::Epochs => (cell.count(Fate::Solved) > 0).then(|| f64::from(cell.epoch)),
            MapColour::Loss => (!diverged(cell)).then(|| f64::from(cell.loss).max(axis.low)),
            MapColour::Fate => None,
        }
    }
}

/// Whether no network of a pixel stayed finite.
pub(super) fn diverged(cell: &MapCell) -> bool {
    u32::from(cell.count(Fate::Diverged)) == cell.networks()
}

/// A fate in pictures.
pub(super) fn words(fate: Fate) -> String {
    match fate.squared_error() {
        Some(error) => format!("{} ({error})", fate.words()),
        None => fate.words().to_owned(),
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
        Fate::OneAtMiddle => Rgb(0, 158, 115),
        Fate::WrongSaturated => Rgb(140, 108, 82),
        Fate::Descending => UNSOLVED,
        Fate::Diverged => INK,
        Fate::Unfinished => PAPER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_printed() {
        for text in ["epochs", "fate", "loss", "solved", "all-half", "diverged"] {
            assert_eq!(text.parse::<MapColour>().unwrap().to_string(), text);
        }
        let message = "unfinished".parse::<MapColour>().unwrap_err().to_string();
        assert!(message.contains("epochs, fate, loss, solved, one-pair-tie"), "{message}");
    }
}
