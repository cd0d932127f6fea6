//! Sizes of maps and places on them, as they are typed.

use std::fmt;
use std::str::FromStr;

use crate::spec::SpecError;
use crate::spec::keyword::serde_as_text;
use crate::study::MapPlan;

/// Columns and rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size(pub usize, pub usize);

impl Default for Size {
    fn default() -> Self {
        Self(512, 512)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == self.1 { self.0.fmt(f) } else { write!(f, "{}x{}", self.0, self.1) }
    }
}

impl FromStr for Size {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let side =
            |part: &str| part.trim().parse::<usize>().ok().filter(|side| (1..=MapPlan::SIDE_LIMIT).contains(side));
        let sides = text.split_once(['x', 'X', '×']).unwrap_or((text, text));
        match (side(sides.0), side(sides.1)) {
            (Some(columns), Some(rows)) => Ok(Self(columns, rows)),
            _ => Err(SpecError::new(format!(
                "--size takes pixels along a side, or COLUMNSxROWS, from 1 to {} each, as 512 or 800x600; got {text:?}",
                MapPlan::SIDE_LIMIT
            ))),
        }
    }
}

serde_as_text!(Size);

/// A point on the axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(pub f64, pub f64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.0, self.1)
    }
}

/// Finite numbers with commas between.
fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|part| part.trim().parse().ok().filter(|number: &f64| number.is_finite())).collect();
    numbers?.try_into().ok()
}

impl FromStr for Place {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let read = numbers(text).map(|[x, y]| Self(x, y));
        read.ok_or_else(|| {
            SpecError::new(format!("--pixel takes two numbers X,Y, values on the axes as 2.5,-3; got {text:?}"))
        })
    }
}

serde_as_text!(Place);

/// A point on the axes and a magnification.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zoom(pub f64, pub f64, pub f64);

impl fmt::Display for Zoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{}", self.0, self.1, self.2)
    }
}

impl FromStr for Zoom {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let read = numbers(text).filter(|[_, _, factor]| *factor > 0.0).map(|[x, y, factor]| Self(x, y, factor));
        read.ok_or_else(|| {
            SpecError::new(format!(
                "--zoom takes X,Y,FACTOR: values on the axes and a factor above 0, as 2.5,-3,10; got {text:?}"
            ))
        })
    }
}

serde_as_text!(Zoom);
