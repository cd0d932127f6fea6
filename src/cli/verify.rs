//! `basins verify`: each GPU stage and whole trainings against the f64 reference.

use crate::backend::conformance::{Fault, Faulty};
use crate::backend::{Backend, Choice, Open};
use crate::error::{Error, Result};
use crate::report::{agreement_text, checked_text, verdict_text, verify_json};
use crate::study::verify::{Checked, Verification, agreement, conformance_checks, gradient_checks};

use super::progress::Shown;
use super::run::Shared;
use super::{Ending, config, interrupt, say};

/// Networks of the population that is trained on both sides.
const DEFAULT_COUNT: u64 = 2_000;

#[derive(Clone, Debug, clap::Args)]
#[command(
    mut_arg("nets", |arg| arg.help("Networks of the population that is trained on both sides [default: 2000]")),
    mut_arg("interval", |arg| arg.hide(true)),
    mut_arg("weights_in", |arg| arg.hide(true)),
    mut_arg("weights_out", |arg| arg.hide(true)),
    mut_arg("out", |arg| arg.hide(true)),
)]
pub(super) struct Args {
    #[command(flatten)]
    pub shared: Shared,

    /// Plant a fault that must be found: exit code 4
    #[arg(long, value_name = "FAULT", hide = true)]
    plant: Option<Fault>,
}

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let shared = &self.shared;
        shared.start_log();
        let settings = shared.settings()?;
        let problem = settings.spec()?.problem()?;
        if shared.print_config {
            say(&config::print(&settings, Some(DEFAULT_COUNT))?)?;
            return Ok(Ending::Complete);
        }
        let why = "is not for verify: it draws its networks and writes no files";
        shared.refuse(&settings, &["--weights-in", "--weights-out", "--out"], why)?;
        let population = settings.population(DEFAULT_COUNT, None)?;
        interrupt::listen();
        let mut verification = Verification::default();
        let note = |check: Checked, verification: &mut Verification| -> Result<()> {
            if !shared.json {
                say(&checked_text(&check))?;
            }
            verification.checks.push(check);
            Ok(())
        };
        let open = settings.open(shared.require_gpu)?;
        let choices = self.choices(&open)?;
        self.device(&open, &choices, &mut |check| note(check, &mut verification))?;
        for choice in choices {
            let opened = Open { choice, ..open.clone() }.for_choice().backend()?;
            let mut backend: Box<dyn Backend> = match self.plant {
                Some(fault) => Box::new(Faulty::new(opened, fault)),
                None => opened,
            };
            for check in gradient_checks(backend.as_mut())? {
                note(check, &mut verification)?;
            }
            let mut noted = Ok(());
            conformance_checks(backend.as_mut(), |check| {
                if noted.is_ok() {
                    noted = note(check, &mut verification);
                }
            });
            noted?;
            let shown = Shown::new(shared.progress(), 2 * population.count(), problem.spec().epochs, "the slice");
            let found = agreement(backend.as_mut(), &problem, population, open.threads, &shown);
            shown.finish();
            if interrupt::asked() {
                return Err(Error::interrupted("interrupted before everything was checked"));
            }
            let found = found?;
            if !shared.json {
                say(&agreement_text(&found))?;
            }
            verification.agreements.push(found);
        }
        if shared.json {
            say(&(serde_json::to_string_pretty(&verify_json(&verification)).unwrap_or_default() + "\n"))?;
        } else {
            say(&verdict_text(&verification))?;
        }
        match verification.agrees() {
            true => Ok(Ending::Complete),
            false => Err(Error::verification(format!("{} checks differ", verification.disagreements()))),
        }
    }

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
