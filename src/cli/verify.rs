//! `basins verify`: each GPU stage and whole trainings against the f64 reference.

use serde_json::{Value, json};

use crate::backend::conformance::{Fault, Faulty};
use crate::backend::{Backend, Choice, Driver, Open};
use crate::error::{Error, Result};
use crate::report::{agreement_text, checked_text, verdict_text, verify_json};
use crate::study::verify::{Checked, Verification, agreement, conformance_checks, gradient_checks};

use super::ending::Ending;
use super::folder::Folder;
use super::frame::{Flag, Frame, NO_SHARDS, Study};
use super::interrupt;
use super::print::print;
use super::verb::Example;

/// Networks of the population that is trained on both sides.
const DEFAULT_COUNT: u64 = 2_000;

/// Why files are refused.
const NO_FILES: &str = "is not for verify: it draws its networks and writes no files";

/// What verify takes beside the shared settings.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Options {
    /// Plant a fault that must be found: exit code 4
    #[arg(long, value_name = "FAULT", hide = true)]
    plant: Option<Fault>,
}

impl Study for Options {
    const NAME: &'static str = "verify";
    const ABOUT: &'static str = "Check backends against the f64 reference; exit 4 if they differ";
    const EXAMPLES: &'static [Example] = &[
        ("verify", "what this machine has"),
        ("verify --backend simd --nets 500", "one backend, fewer networks"),
        ("verify --require-gpu", "or fail without a GPU"),
    ];
    const FLAGS: &'static [(&'static str, Flag)] = &[
        ("shard", NO_SHARDS),
        ("nets", Flag::Means("Networks trained on both sides [default: 2000]")),
        ("interval", Flag::Ignored),
        ("weights-in", Flag::Refused(NO_FILES)),
        ("weights-out", Flag::Refused(NO_FILES)),
        ("out", Flag::Refused(NO_FILES)),
        ("fresh", Flag::Ignored),
    ];

    type Answer = Verification;

    fn said(&self) -> Value {
        json!({})
    }

    fn default_count(&self) -> Option<u64> {
        Some(DEFAULT_COUNT)
    }

    /// Prints each check when it is done.
    fn answer(&self, frame: &Frame<'_>, _: Option<&mut Folder>) -> Result<Verification> {
        let problem = frame.problem()?;
        let population = frame.settings.population(DEFAULT_COUNT)?;
        interrupt::listen(frame.output.speaks());
        let mut verification = Verification::default();
        let show = |text: String| if frame.output.json { Ok(()) } else { print(&text) };
        let note = |check: Checked, verification: &mut Verification| -> Result<()> {
            show(checked_text(&check))?;
            verification.checks.push(check);
            Ok(())
        };
        let open = frame.open()?;
        let choices = self.choices(&open)?;
        self.device(&open, &choices, &mut |check| note(check, &mut verification))?;
        for choice in choices {
            let opened = Open { choice, ..open.clone() }.for_choice().backend()?;
            let mut backend: Box<dyn Backend> = match self.plant {
                Some(fault) => Box::new(Faulty::new(opened, fault)),
                None => opened,
            };
            for check in gradient_checks(&mut Driver::new(backend.as_mut()))? {
                note(check, &mut verification)?;
            }
            let mut noted = Ok(());
            conformance_checks(backend.as_mut(), |check| {
                if noted.is_ok() {
                    noted = note(check, &mut verification);
                }
            });
            noted?;
            let found = frame.watched(2 * population.count(), problem.spec().epochs, |watch| {
                agreement(&mut Driver::new(backend.as_mut()).watched(watch), problem, population, open.threads)
            });
            if interrupt::asked() {
                return Err(Error::interrupted("interrupted before everything was checked"));
            }
            let found = found?;
            show(agreement_text(&found))?;
            verification.agreements.push(found);
        }
        Ok(verification)
    }

    fn object(&self, verification: &Verification) -> Value {
        verify_json(verification)
    }

    fn text(&self, verification: &Verification, _: &Frame<'_>) -> String {
        verdict_text(verification)
    }

    fn ending(&self, verification: &Verification, _: &Frame<'_>) -> Result<Ending> {
        match verification.agrees() {
            true => Ok(Ending::Complete),
            false => Err(Error::verification(format!("{} checks differ", verification.disagreements()))),
        }
    }
}

impl Options {
    /// Which backends are verified: the one asked for, or else the CPU's and, where there is any GPU, all of its forms.
    fn choices(&self, open: &Open) -> Result<Vec<Choice>> {
        if open.choice != Choice::Auto {
            return Ok(vec![open.choice]);
        }
        let mut choices = Vec::new();
        if open.device.is_none() && !open.require_gpu {
            choices.push(Choice::Simd);
        }
        if open.device.is_some() || open.require_gpu || open.any_gpu() {
            choices.extend(Choice::GPU);
        }
        Ok(choices)
    }

    #[cfg(feature = "gpu")]
    fn device(&self, open: &Open, choices: &[Choice], each: &mut dyn FnMut(Checked) -> Result<()>) -> Result<()> {
        if !choices.iter().any(|choice| choice.is_gpu()) {
            return Ok(());
        }
        let found = crate::gpu::select(crate::gpu::adapters(), open.device.as_deref(), open.require_gpu)?;
        let gpu = crate::gpu::Gpu::open(found)?;
        let mut noted = Ok(());
        crate::study::verify::device_checks(&gpu, self.plant, |check| {
            if noted.is_ok() {
                noted = each(check);
            }
        })?;
        noted
    }

    #[cfg(not(feature = "gpu"))]
    fn device(&self, _: &Open, _: &[Choice], _: &mut dyn FnMut(Checked) -> Result<()>) -> Result<()> {
        Ok(())
    }
}
