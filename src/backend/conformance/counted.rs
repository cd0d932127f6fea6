//! Networks whose rows nobody wants may be counted instead: the counts are those of their rows, to the last bit, and the rows
//! that are wanted come as ever.

use crate::backend::{Backend, Chunk, Job, Trained};
use crate::outcome::{Fate, Fates, Kind, Outcome, Status, Tally};
use crate::spec::{Init, Loss, Population, Problem, Spec};

use super::CheckResult;
use super::checks::{delivered, problem, text, weights_of, with_weights};

/// More than a workgroup's invocations, and no multiple of them.
const COUNT: u64 = 300;
const CHUNK: u64 = 110;

/// Networks of all fates; that diverge, some with a loss that is no number; that are at rest in the middle, by the other loss.
fn specs() -> [Spec; 3] {
    let base = Spec { init: Init::Uniform(1.0), loss: Loss::Mse, ..Spec::default() };
    [
        Spec { lr: 4.0.into(), epochs: 1_000, layers: word("2,2,1"), ..base.clone() },
        Spec { lr: 40.0.into(), epochs: 200, activation: word("relu,identity"), ..base.clone() },
        Spec { task: word("parity:3"), layers: word("3,3,1"), loss: Loss::CrossEntropy, epochs: 40, ..base },
    ]
}

fn word<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| unreachable!("{text} is a setting"))
}

pub(super) fn counts_are_those_of_rows(backend: &mut dyn Backend) -> CheckResult {
    for spec in specs() {
        let problem = problem(&spec);
        let job = with_weights(&problem);
        let whole = train(backend, &job, Fates::ALL)?;
        let mut all = Tally::default();
        whole.iter().for_each(|chunk| all.merge(&Tally::of(&problem, &chunk.outcomes)));
        let some = [Fate::OnePairTie, Fate::Descending, Fate::Diverged];
        for rows in [Fates::ALL, Fates::NONE, some.into_iter().collect(), [Fate::Solved].into_iter().collect()] {
            let told = train(backend, &job, rows)?;
            if tally(&problem, &told) != all {
                return Err(format!("with rows of {rows:?} counts are others, {spec:?}"));
            }
            same_rows(&problem, &told, &whole, rows)
                .map_err(|what| format!("{what}, with rows of {rows:?}, {spec:?}"))?;
        }
    }
    Ok(())
}

fn train(backend: &mut dyn Backend, job: &Job<'_>, rows: Fates) -> Result<Vec<Trained>, String> {
    let population = Population::new(0, COUNT, job.seed).map_err(text)?;
    let mut chunks = crate::plan::chunks(population, CHUNK).map(|networks| Chunk { rows, ..Chunk::drawn(networks) });
    delivered(backend, job, &mut chunks)
}

/// Of rows and counts together.
fn tally(problem: &Problem, chunks: &[Trained]) -> Tally {
    let mut all = Tally::default();
    for Trained { outcomes, counted, .. } in chunks {
        all.merge(&Tally::of(problem, outcomes));
        all.merge(counted);
    }
    all
}

/// Rows are those of the same networks among all; none that is wanted is missing.
fn same_rows(problem: &Problem, told: &[Trained], whole: &[Trained], rows: Fates) -> CheckResult {
    for (told, whole) in told.iter().zip(whole) {
        let mut networks = whole.outcomes.iter().enumerate();
        for (place, row) in told.outcomes.iter().enumerate() {
            let (at, expected) = networks
                .by_ref()
                .find(|(_, expected)| expected.network >= row.network || is_wanted(problem, expected, rows))
                .ok_or("a row too many")?;
            if row.network != expected.network || bits(&row) != bits(&expected) {
                return Err(format!("the row of network {} comes where {expected:?} is wanted", row.network));
            }
            let weights = |trained, at| Ok::<_, String>(weights_of(trained)?.network(at).into_iter().map(f64::to_bits));
            if !weights(told, place)?.eq(weights(whole, at)?) {
                return Err(format!("network {} has other weights", row.network));
            }
        }
        if let Some((_, missing)) = networks.find(|(_, row)| is_wanted(problem, row, rows)) {
            return Err(format!("network {} has no row", missing.network));
        }
    }
    Ok(())
}

/// All of a row but its network. A loss that is NaN is equal to itself by its bits alone.
fn bits(row: &Outcome<'_>) -> (Status, [u64; 3], Vec<u32>) {
    let numbers = [row.solved_epoch.into(), row.stop_epoch.into(), row.loss.to_bits()];
    (row.status, numbers, row.outputs.iter().map(|output| output.to_bits()).collect())
}

fn is_wanted(problem: &Problem, row: &Outcome<'_>, rows: Fates) -> bool {
    rows.contains(Kind::of(problem, row).fate)
}
