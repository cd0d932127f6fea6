//! The tutorial's programs, published results and what people ask in public, each figure beside ours with a verdict.
//!
//! A [`Reproduction`] is data: its source and setting, the published figures with what counts as the same and why. Beside
//! it stands a small program that finds out ours; populations are trained on whatever backend was chosen. The verdict is
//! computed, never written down. A new reproduction is one file and one line of [`ALL`].

mod exhibit;
mod figure;
mod lab;
mod literature;
mod measured;
mod practice;
mod reproduction;
mod tutorial;
mod verdict;

pub use exhibit::{Content, Curve, Curves, Exhibit, Grid, Scale};
pub use figure::{Accept, Figure};
pub use lab::{Extent, Lab};
pub use measured::Measured;
pub use reproduction::{Reproduced, Reproduction, Row};
pub use verdict::{Resolution, Verdict};

use crate::error::{Error, Result};
use lab::SEED;

/// All reproductions, in the order in which they are best read.
pub const ALL: &[Reproduction] = &[
    tutorial::DESCENT,
    tutorial::DERIVATION,
    tutorial::ONE_WEIGHT,
    tutorial::INVERTER,
    tutorial::SURFACES,
    tutorial::PLATEAUS,
    tutorial::XOR,
    tutorial::SEARCH,
    literature::PDP_1988,
    literature::RUMELHART_1986,
    literature::CHAUVIN_1986,
    literature::FAHLMAN_1988,
    literature::LANG_1988,
    literature::RIEDMILLER_1993,
    literature::OEMER,
    literature::RANDOM_SEARCH,
    literature::BOSMAN_2018,
    literature::MINIMA,
    literature::PRECISION,
    literature::SHORTCUT,
    literature::TWO_MINIMA,
    literature::WIDTH,
    literature::FRACTAL,
    practice::SO_56914417,
    practice::NOTEBOOK,
    practice::COURSE_BOOK,
    practice::KERAS,
    practice::FANN,
    practice::LAB_SOFTMAX,
    practice::GLOW_232,
    practice::BRAIN_JS,
    practice::SKLEARN,
    practice::SE_129472,
    practice::PYTORCH_XOR,
];

/// The reproductions of these names; a name that ends where a slash follows, as `tutorial`, stands for all below it.
///
/// # Errors
/// A name that stands for none; the message lists what there is.
pub fn named(names: &[String]) -> Result<Vec<Reproduction>> {
    let mut found: Vec<Reproduction> = Vec::new();
    for name in names {
        let below = format!("{}/", name.trim_end_matches('/'));
        let matching = ALL.iter().filter(|one| one.name == name || one.name.starts_with(&below));
        let before = found.len();
        let mut known = false;
        for one in matching {
            known = true;
            if !found.iter().any(|other| other.name == one.name) {
                found.push(*one);
            }
        }
        if !known && found.len() == before {
            let all: Vec<&str> = ALL.iter().map(|one| one.name).collect();
            return Err(Error::input(format!("there is no reproduction {name:?}; there are {}", all.join(", "))));
        }
    }
    Ok(found)
}
