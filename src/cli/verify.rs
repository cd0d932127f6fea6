//! `basins verify`: each GPU stage and whole trainings against the f64 reference.

use serde_json::{Value, json};

use crate::backend::conformance::{Brief, CHECKS, Fault, Faulty};
use crate::backend::{Backend, Choice, Driver, Open, Watch};
use crate::error::{Error, Result};
use crate::report::{agreement_text, checked_text, verdict_text, verify_json};
use crate::spec::{Population, Problem};
use crate::study::verify::{Checked, Verification, agreement, conformance_checks, gradient_checks, reference_outcomes};

use super::ending::Ending;
use super::folder::Folder;
use super::frame::{Flag, Frame, NO_SHARDS, Study};
use super::interrupt;
use super::print::{eprint_line, print};
use super::steps::Steps;
use super::verb::Example;

/// Networks of the population that is trained on both sides, if nothing is said.
const DEFAULT_COUNT: u64 = 500;
const THOROUGH_COUNT: u64 = 2_000;

/// Of a device: random words, and eleven stages.
const DEVICE_CHECKS: usize = 12;

/// Where settings are many, every so many-th of them is checked on a GPU, so that two cores are done within two minutes: each
/// costs a compilation, on a software GPU of seconds.
const STRIDE: usize = 4;
const SOFTWARE_STRIDE: usize = 16;

/// Seconds that checking takes about on two cores: a CPU backend, and a form on a software GPU (stages included), briefly and
/// thoroughly.
const CPU_SECONDS: f64 = 10.0;
const SOFTWARE_SECONDS: (f64, f64) = (35.0, 200.0);

/// Why files are refused.
const NO_FILES: &str = "is not for verify: it draws its networks and writes no files";

/// What verify takes beside the shared settings.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Options {
    /// Check all settings
    ///
    /// All on a GPU, not a part of them, and 2000 networks; on a software GPU that takes some ten minutes
    #[arg(long)]
    thorough: bool,

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
        ("nets", Flag::Means("Networks on both sides [default: 500]")),
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
        Some(if self.thorough { THOROUGH_COUNT } else { DEFAULT_COUNT })
    }

    /// Prints each check when it is done.
    fn answer(&self, frame: &Frame<'_>, _: Option<&mut Folder>) -> Result<Verification> {
        let problem = frame.problem()?;
        let population = frame.settings.population(self.default_count().unwrap_or_default())?;
        interrupt::listen(frame.output.speaks());
        let open = frame.open()?;
        let choices = self.choices(&open)?;
        let device = self.device(&open, &choices)?;
        if frame.output.speaks() {
            self.say_device(&open, &choices, device.as_ref());
        }
        let steps = Steps::new(frame.output.progress(), "Checking", self.expected_seconds(&choices, device.as_ref()));
        let mut progress = Checking {
            steps: &steps,
            quiet: frame.output.json,
            done: 0,
            // Two checks of gradients, the conformance suite and a population of each backend; the reference's own; a device's.
            all: choices.len() * (CHECKS.len() + 3) + 1 + if device.is_some() { DEVICE_CHECKS } else { 0 },
            verification: Verification::default(),
        };
        let checked = self.check_all(&mut progress, &open, &choices, device, (problem, population));
        steps.finish();
        checked?;
        Ok(progress.verification)
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

    /// Seconds that it takes about; nothing is known of a hardware GPU, which is faster.
    fn expected_seconds(&self, choices: &[Choice], device: Option<&Device>) -> f64 {
        let (brief, thorough) = SOFTWARE_SECONDS;
        let form = match device {
            Some(device) if is_software(device) => {
                if self.thorough {
                    thorough
                } else {
                    brief
                }
            }
            _ => CPU_SECONDS,
        };
        let forms = choices.iter().filter(|choice| choice.is_gpu()).count();
        form * forms as f64 + CPU_SECONDS * (choices.len() - forms) as f64
    }

    /// Every so many-th of many settings.
    fn stride(&self, device: Option<&Device>) -> usize {
        match device {
            None => 1,
            _ if self.thorough => 1,
            Some(device) if is_software(device) => SOFTWARE_STRIDE,
            Some(_) => STRIDE,
        }
    }

    fn check_all(
        &self,
        checking: &mut Checking<'_>,
        open: &Open,
        choices: &[Choice],
        device: Option<Device>,
        (problem, population): (&Problem, Population),
    ) -> Result<()> {
        let stride = self.stride(device.as_ref());
        if let Some(device) = device {
            self.check_device(device, stride, &mut |check| checking.note(check))?;
        }
        checking.steps.training(population.count(), problem.spec().epochs);
        let expected = reference_outcomes(problem, population, open.threads, checking.steps);
        checking.ended()?;
        let expected = expected?;
        checking.step();
        for choice in choices {
            let stride = if choice.is_gpu() { stride } else { self.stride(None) };
            let opened = Open { choice: *choice, ..open.clone() }.for_choice().backend()?;
            let opened = Box::new(Brief::new(opened, stride));
            let mut backend: Box<dyn Backend> = match self.plant {
                Some(fault) => Box::new(Faulty::new(opened, fault)),
                None => opened,
            };
            for check in gradient_checks(&mut Driver::new(backend.as_mut()))? {
                checking.note(check)?;
            }
            let mut noted = Ok(());
            conformance_checks(backend.as_mut(), |check| {
                if noted.is_ok() {
                    noted = checking.note(check);
                }
            });
            noted?;
            checking.steps.training(population.count(), problem.spec().epochs);
            let mut driver = Driver::new(backend.as_mut()).watched(checking.steps);
            let found = agreement(&mut driver, &expected, problem, population, open.threads);
            checking.ended()?;
            let found = found?;
            checking.print(&agreement_text(&found))?;
            checking.step();
            checking.verification.agreements.push(found);
        }
        Ok(())
    }

    /// Says on what it checks, where that is not a hardware GPU.
    #[cfg(feature = "gpu")]
    fn say_device(&self, open: &Open, choices: &[Choice], device: Option<&Device>) {
        match device {
            Some(gpu) if !gpu.kind.is_hardware() => eprint_line(&format!(
                "No hardware GPU was found: shaders are checked on the software device {}, which is slow",
                gpu.name
            )),
            Some(_) => {}
            None if open.choice == Choice::Auto && !choices.iter().any(|choice| choice.is_gpu()) => {
                eprint_line(&format!("No GPU is checked: {}", crate::gpu::missing()));
            }
            None => {}
        }
    }

    #[cfg(not(feature = "gpu"))]
    fn say_device(&self, open: &Open, _: &[Choice], _: Option<&Device>) {
        if open.choice == Choice::Auto {
            eprint_line("No GPU is checked: this build was made without the feature gpu");
        }
    }

    /// The GPU that forms are checked on.
    #[cfg(feature = "gpu")]
    fn device(&self, open: &Open, choices: &[Choice]) -> Result<Option<Device>> {
        if !choices.iter().any(|choice| choice.is_gpu()) {
            return Ok(None);
        }
        crate::gpu::select(crate::gpu::adapters(), open.device.as_deref(), open.require_gpu).map(Some)
    }

    #[cfg(not(feature = "gpu"))]
    fn device(&self, _: &Open, _: &[Choice]) -> Result<Option<Device>> {
        Ok(None)
    }

    #[cfg(feature = "gpu")]
    fn check_device(&self, device: Device, stride: usize, each: &mut dyn FnMut(Checked) -> Result<()>) -> Result<()> {
        let gpu = crate::gpu::Gpu::open(device)?;
        let mut noted = Ok(());
        crate::study::verify::device_checks(&gpu, self.plant, stride, |check| {
            if noted.is_ok() {
                noted = each(check);
            }
        })?;
        noted
    }

    #[cfg(not(feature = "gpu"))]
    fn check_device(&self, _: Device, _: usize, _: &mut dyn FnMut(Checked) -> Result<()>) -> Result<()> {
        Ok(())
    }
}

/// A GPU that was found.
#[cfg(feature = "gpu")]
type Device = crate::gpu::Found;
#[cfg(not(feature = "gpu"))]
type Device = std::convert::Infallible;

#[cfg(feature = "gpu")]
fn is_software(device: &Device) -> bool {
    !device.kind.is_hardware()
}

#[cfg(not(feature = "gpu"))]
fn is_software(_: &Device) -> bool {
    false
}

/// What was checked so far, and how far that is.
struct Checking<'a> {
    steps: &'a Steps,
    /// Whether the object is printed in the end, and nothing before.
    quiet: bool,
    done: usize,
    all: usize,
    verification: Verification,
}

impl Checking<'_> {
    fn print(&self, text: &str) -> Result<()> {
        if self.quiet { Ok(()) } else { self.steps.beside(|| print(text)) }
    }

    fn step(&mut self) {
        self.done += 1;
        self.steps.steps(self.done, self.all);
    }

    /// One more is checked. What is interrupted verifies nothing.
    fn note(&mut self, check: Checked) -> Result<()> {
        self.print(&checked_text(&check))?;
        self.step();
        self.steps.note(&format!("{} {}", check.subject, check.name));
        self.verification.checks.push(check);
        self.ended()
    }

    fn ended(&self) -> Result<()> {
        match interrupt::asked() {
            true => Err(Error::interrupted("interrupted before everything was checked")),
            false => Ok(()),
        }
    }
}
