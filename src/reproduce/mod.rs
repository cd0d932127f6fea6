//! The tutorial's programs and published results, each figure beside ours with a verdict.
//!
//! A [`Reproduction`] is data: its source and setting, the published figures with what counts as the same and why. Beside
//! it stands a small program that finds out ours; populations are trained on whatever backend was chosen. The verdict is
//! computed, never written down. A new reproduction is one file and one line of [`ALL`].

mod exhibit;
mod figure;
mod lab;
mod literature;
mod tutorial;

pub use exhibit::{Content, Curve, Curves, Exhibit, Grid, Scale};
pub use figure::{Accept, Figure, Measured, Verdict};
pub use lab::Lab;

use std::time::Instant;

use crate::backend::{Backend, Watch};
use crate::error::{Error, Result};

/// Seed of every population here, so that a verdict can be repeated.
const SEED: u64 = 2015;

/// A source's figures and how they are found again.
#[derive(Clone, Copy, Debug)]
pub struct Reproduction {
    /// What it is called in the command line.
    pub name: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Where the figures are from.
    pub source: &'static str,
    /// How the source trained; what it leaves open and we chose is said.
    pub setting: &'static str,
    /// What is wrong with the source's own program, if anything, and what it does.
    pub slip: Option<&'static str>,
    /// The published figures.
    pub figures: &'static [Figure],
    /// Finds ours.
    pub program: fn(&mut Lab<'_>) -> Result<()>,
}

/// All reproductions, in the order in which they are best read.
pub const ALL: &[Reproduction] = &[
    tutorial::DESCENT,
    tutorial::ONE_WEIGHT,
    tutorial::INVERTER,
    tutorial::SURFACES,
    tutorial::XOR,
    literature::PDP_1988,
    literature::CHAUVIN_1986,
    literature::OEMER,
    literature::RANDOM_SEARCH,
    literature::BOSMAN_2018,
    literature::MINIMA,
    literature::PRECISION,
    literature::SHORTCUT,
    literature::TWO_MINIMA,
    literature::WIDTH,
    literature::FRACTAL,
];

/// One figure with ours.
#[derive(Clone, Debug)]
pub struct Row {
    /// The published figure.
    pub figure: Figure,
    /// Ours, found the source's way.
    pub ours: Option<Measured>,
    /// Ours without the source's slip.
    pub corrected: Option<Measured>,
    /// Whether ours is the source's.
    pub verdict: Verdict,
}

/// A reproduction carried out.
#[derive(Clone, Debug)]
pub struct Reproduced {
    /// What was reproduced.
    pub reproduction: Reproduction,
    /// Its figures.
    pub rows: Vec<Row>,
    /// What else was seen.
    pub remarks: Vec<String>,
    /// What there is to draw.
    pub exhibits: Vec<Exhibit>,
    /// Wall time.
    pub seconds: f64,
}

impl Reproduction {
    /// Carries it out.
    ///
    /// # Errors
    /// The device failed, or the run was interrupted.
    pub fn run(&self, backend: &mut dyn Backend, watch: &dyn Watch, quick: bool) -> Result<Reproduced> {
        let began = Instant::now();
        let mut lab = Lab::new(backend, watch, quick);
        (self.program)(&mut lab)?;
        let Lab { findings, remarks, exhibits, .. } = lab;
        debug_assert!(
            findings.iter().all(|finding| self.figures.iter().any(|figure| figure.quantity == finding.quantity)),
            "{}: a finding has no figure",
            self.name
        );
        let rows = self.figures.iter().map(|figure| {
            let finding = findings.iter().find(|finding| finding.quantity == figure.quantity);
            let ours = finding.and_then(|finding| finding.ours.clone());
            let corrected = finding.and_then(|finding| finding.corrected.clone());
            Row { figure: *figure, verdict: figure.verdict(ours.as_ref()), ours, corrected }
        });
        let rows = rows.collect();
        Ok(Reproduced { reproduction: *self, rows, remarks, exhibits, seconds: began.elapsed().as_secs_f64() })
    }
}

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
