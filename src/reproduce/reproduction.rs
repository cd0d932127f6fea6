//! A published result as data, and how it is carried out.

use std::time::Instant;

use crate::backend::{Backend, Watch};
use crate::error::Result;

use super::exhibit::Exhibit;
use super::figure::Figure;
use super::lab::{Extent, Lab};
use super::measured::Measured;
use super::verdict::{Resolution, Verdict};

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
    /// The difference that the comparison finds with a probability of 80%.
    pub resolution: Option<Resolution>,
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
    pub fn run(&self, backend: &mut dyn Backend, watch: &dyn Watch, effort: Extent) -> Result<Reproduced> {
        let began = Instant::now();
        let mut lab = Lab::new(backend, watch, effort);
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
            let resolution = ours.as_ref().and_then(|ours| figure.resolution(ours));
            Row { figure: *figure, verdict: figure.verdict(ours.as_ref()), resolution, ours, corrected }
        });
        let rows = rows.collect();
        Ok(Reproduced { reproduction: *self, rows, remarks, exhibits, seconds: began.elapsed().as_secs_f64() })
    }
}
