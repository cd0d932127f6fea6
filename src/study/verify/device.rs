//! A GPU's own checks: random words, then each stage kernel.

use crate::backend::conformance::{Fault, short_specs};
use crate::backend::gpu::{StageReport, check_stages, random_words};
use crate::error::Result;
use crate::gpu::Gpu;
use crate::seed::{Purpose, philox4x32};

use super::Checked;

/// Words that are drawn on the device and on the host.
const WORD_PLACES: u32 = 100_000;

/// Random words bit for bit, and every stage over all kinds of settings, or every `stride`-th of them.
///
/// # Errors
/// The device fails.
pub fn device_checks(gpu: &Gpu, fault: Option<Fault>, stride: usize, mut each: impl FnMut(Checked)) -> Result<()> {
    each(words(gpu, fault)?);
    let mut stages: Vec<StageReport> = Vec::new();
    for (at, spec) in short_specs().into_iter().enumerate().step_by(stride.max(1)) {
        for report in check_stages(gpu, &spec.problem()?, at as u64, fault)? {
            match stages.iter_mut().find(|known| known.stage == report.stage) {
                None => stages.push(report),
                Some(known) => {
                    known.compared_count += report.compared_count;
                    if report.excess > known.excess {
                        (known.excess, known.worst) = (report.excess, report.worst);
                    }
                }
            }
        }
    }
    for report in stages {
        let agrees = report.compared_count > 0 && report.excess <= 1.0;
        let mut detail = format!("{} numbers, worst {:.2} of the tolerance", report.compared_count, report.excess);
        if !agrees {
            detail = format!("{detail}: {}", report.worst);
        }
        each(Checked { subject: "stage".into(), name: report.stage.into(), detail, agrees });
    }
    Ok(())
}

fn words(gpu: &Gpu, fault: Option<Fault>) -> Result<Checked> {
    let shift = u32::from(fault == Some(Fault::SeedOffByOne));
    let place = |at: u32| {
        let spread = at.wrapping_mul(0x9e37_79b9);
        ([spread, at, Purpose::Start as u32, at % 1024], [spread.rotate_left(7), at ^ 0x5555])
    };
    let asked: Vec<_> =
        (0..WORD_PLACES).map(place).map(|(counter, [low, high])| (counter, [low.wrapping_add(shift), high])).collect();
    let drawn = random_words(gpu, &asked)?;
    let wrong = (0..WORD_PLACES).zip(&drawn).filter(|(at, words)| {
        let (counter, key) = place(*at);
        **words != philox4x32(counter, key)
    });
    let wrong = wrong.count();
    Ok(Checked {
        subject: "device".into(),
        name: "random words".into(),
        detail: format!("{} words, {wrong} blocks of four differ", 4 * drawn.len()),
        agrees: wrong == 0 && drawn.len() == WORD_PLACES as usize,
    })
}
