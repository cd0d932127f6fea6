//! The object of a run, as `basins run --json` prints it and `run.json` has it: every key, what it means and its unit. What
//! of it is read again: `study::compare` and `study::rerun`.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::landscape::UnitName;
use crate::report::object::{ByName, FateCounts, Trained};
use crate::spec::Spec;
use crate::stats::{CutOff, EpochInterval, EpochSummary, Interval, LEVEL, SurvivalStep};
use crate::study::{Continued, Examined, KindRow, RunAnswer, Seconds, Verdicts};

use super::fates::{WITHIN_REGION, evidence};

/// Points of the survival curve in the answer's object; the whole curve goes to a file of its own.
const CURVE_POINTS: usize = 100;

const SCHEMA: &str = "basins.run/1";

/// What became of a population.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RunObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Every setting that decides an outcome, by the names of the flags.
    spec: &'a Spec,
    #[serde(flatten)]
    trained: Trained<'a>,
    /// Networks that are counted.
    nets: u64,
    /// Index of the first network asked for.
    first: u64,
    /// Seed of the starts.
    seed: u64,
    /// Networks solved.
    solved: u64,
    /// Share solved within `solved_within` epochs, from 0 to 1; null where nothing is known of it.
    solved_rate: Option<f64>,
    /// Epochs within which that share is solved: the budget, or of an interrupted run the last epoch that was watched.
    solved_within: u32,
    /// Interval of that share.
    solved_interval: Option<Interval>,
    /// Epochs that the solved ones took; null if there are none.
    epochs_to_solve: Option<EpochSummary>,
    fates: FateCounts,
    /// What became of the unsolved: an object for each fate that was met.
    fate_rows: Vec<FateObject>,
    /// Examined networks with relu units that are off on every example, by index.
    off_units: Vec<OffUnits<'a>>,
    /// Within what the verdicts hold; null where they hold everywhere, as they do without kinks.
    verdicts_hold: Option<&'static str>,
    /// What became of the unsolved when they were trained on; null if that was not asked for.
    continued: Option<&'a Continued>,
    survival: SurvivalObject,
    /// When to give up on a start and draw another; null if nothing was solved.
    restart: Option<RestartObject>,
    /// Where a width decided when to stop, else null.
    until_width: Option<UntilWidthObject>,
    /// Epochs of work that the networks needed, over all networks.
    net_epochs: u64,
    /// Epochs of work executed, the padding of vectors and groups included.
    net_epochs_executed: u64,
    /// Epochs of work needed for each second of training.
    net_epochs_per_second: f64,
    seconds: Seconds,
    /// Whether it ended before its last network.
    interrupted: bool,
    /// Whether it ended in the examination or the continuing, when all networks were trained.
    interrupted_after_training: bool,
    /// Networks asked for.
    nets_asked: u64,
    starts: StartsFrom,
    /// Of class labels in a task's file: which became which output. Absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a str>,
}

/// Where the starting weights came from.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum StartsFrom {
    /// Drawn by the seed.
    Drawn,
    /// Read from a file or handed over.
    Imported,
}

/// What became of the networks of one fate.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FateObject {
    #[serde(flatten)]
    all: VariantObject,
    /// The same of each variant, commonest first; empty where there is nothing to tell apart.
    variants: Vec<VariantObject>,
}

/// What became of the networks of a fate, or of one of its variants.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct VariantObject {
    /// Key of the fate.
    #[cfg_attr(test, schemars(with = "crate::outcome::Fate"))]
    fate: &'static str,
    /// The fate in words.
    words: &'static str,
    /// Which examples it is about, as 01=11: those of a truth table by their inputs, others by number from 1. Empty for the
    /// whole fate.
    variant: String,
    /// How many networks.
    networks: u64,
    /// Interval of their share of all networks; null if the run was interrupted.
    share_interval: Option<Interval>,
    /// Mean of their losses C, of those that are finite; null if none is.
    mean_loss: Option<f64>,
    /// Networks of them that were examined in f64.
    examined: usize,
    /// Of those examined: networks with hidden units that could be left out.
    with_idle_units: usize,
    /// Of those examined: networks with relu units that are off on every example.
    with_off_units: usize,
    /// Of those examined: networks by verdict, commonest first.
    verdicts: ByName<'static, usize>,
    /// Interval of the share of each verdict among those examined.
    verdict_shares: ByName<'static, Interval>,
    escape_times: EscapeTimes,
    /// What was found, in words; empty where nothing was examined.
    evidence: String,
}

/// Times of the gradient flow at which examined networks were solved, of those that were. A unit of flow time is an epoch of
/// batch training at the rate 1.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EscapeTimes {
    /// Networks that the flow solved.
    count: usize,
    /// Shortest time; null if there is none, as below.
    min: Option<f64>,
    /// Half took at most as long.
    median: Option<f64>,
    /// Longest time.
    max: Option<f64>,
}

/// An examined network with units that are off on every example.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OffUnits<'a> {
    /// Index of the network.
    network: u64,
    /// Which units.
    units: &'a [UnitName],
    /// The layer all of whose units are off, the first hidden one being 1; null if there is none.
    dead_layer: Option<usize>,
    /// Weights that get no gradient for that reason; null if there is no such layer.
    weights_without_gradient: Option<usize>,
}

/// How many networks are still unsolved after so many epochs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SurvivalObject {
    /// Level of all its intervals.
    level: f64,
    /// What `low` and `high` of a point are.
    low_and_high: &'static str,
    /// What `band_low` and `band_high` of a point are.
    band: &'static str,
    /// How far the band lies from 1 before the first network is solved.
    band_half_width_at_start: f64,
    /// Epoch by which half of all networks were solved, with its interval.
    median: EpochInterval,
    /// The curve at up to about 100 epochs in which networks were solved.
    curve: Vec<SurvivalStep>,
}

/// When to give up on a start that is not solved, and draw another.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RestartObject {
    best: BestCutOff,
    /// Smallest and largest cut-off between which every one costs at most 5% more than the best.
    near_best: (u32, u32),
    /// Giving up only after the whole budget.
    at_budget: CutOff,
    /// Share that the budget leaves unsolved.
    never_solved: f64,
}

/// The cheapest cut-off.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct BestCutOff {
    #[serde(flatten)]
    cut_off: CutOff,
    /// Where the best cut-off may lie; absent if the run was interrupted.
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch_interval: Option<CutOffInterval>,
}

/// Interval of an epoch.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CutOffInterval {
    /// How it was made.
    method: &'static str,
    /// Share of repetitions in which such an interval covers the truth.
    level: f64,
    /// Lower end.
    low: Option<u32>,
    /// Upper end.
    high: Option<u32>,
}

/// The width of the interval that decided when to stop.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UntilWidthObject {
    /// The width asked for.
    asked: f64,
    /// Whether the interval is as narrow.
    reached: bool,
}

impl<'a> RunObject<'a> {
    fn new(answer: &'a RunAnswer) -> Self {
        // Networks that are cut off short would count as unsolved: no interval is one of the rate that was asked for.
        let complete = !answer.interrupted;
        let fates = answer.fates().into_iter().map(|fate| FateObject {
            variants: answer
                .variants(fate.kind.fate)
                .iter()
                .map(|variant| VariantObject::new(answer, variant, complete))
                .collect(),
            all: VariantObject::new(answer, &fate, complete),
        });
        Self {
            schema: SCHEMA,
            spec: answer.problem.spec(),
            trained: (&answer.trained_by).into(),
            nets: answer.tally.networks(),
            first: answer.population.first(),
            seed: answer.population.seed(),
            solved: answer.tally.solved(),
            solved_rate: answer.tells_rate().then(|| answer.rate()),
            solved_within: answer.last_epoch(),
            solved_interval: answer.tells_rate().then(|| answer.interval()),
            epochs_to_solve: answer.epochs_to_solve(),
            fates: FateCounts::of(&answer.tally),
            fate_rows: fates.collect(),
            off_units: answer.with_off_units().map(OffUnits::from).collect(),
            verdicts_hold: answer.has_verdicts_within_regions().then_some(WITHIN_REGION),
            continued: answer.continued.as_ref(),
            survival: SurvivalObject::new(answer),
            restart: RestartObject::new(answer),
            until_width: answer.until_width.map(|asked| UntilWidthObject { asked, reached: answer.is_narrow_enough() }),
            net_epochs: answer.tally.net_epochs(),
            net_epochs_executed: answer.executed_net_epochs,
            net_epochs_per_second: answer.throughput(),
            seconds: answer.seconds,
            interrupted: answer.interrupted,
            interrupted_after_training: answer.cut_after,
            nets_asked: answer.population.count(),
            starts: if answer.imported_starts { StartsFrom::Imported } else { StartsFrom::Drawn },
            labels: answer.problem.examples().labels(),
        }
    }
}

impl VariantObject {
    fn new(answer: &RunAnswer, row: &KindRow, complete: bool) -> Self {
        let KindRow { kind, tally, interval, verdicts, .. } = row;
        let ranked = verdicts.ranked();
        Self {
            fate: kind.fate.name(),
            words: kind.fate.words(),
            variant: kind.variant.label(&answer.problem),
            networks: tally.count,
            share_interval: complete.then_some(*interval),
            mean_loss: tally.mean_loss(),
            examined: verdicts.examined,
            with_idle_units: verdicts.reducible,
            with_off_units: verdicts.with_off_units,
            verdicts: ranked.iter().map(|(verdict, count)| (verdict.name(), *count)).collect(),
            verdict_shares: ranked.iter().map(|(verdict, _)| (verdict.name(), verdicts.share(*verdict))).collect(),
            escape_times: EscapeTimes::of(verdicts),
            evidence: evidence(kind.fate, verdicts),
        }
    }
}

impl EscapeTimes {
    fn of(verdicts: &Verdicts) -> Self {
        let times = &verdicts.escape_times;
        let at = |at: usize| times.get(at).copied();
        Self { count: times.len(), min: at(0), median: at(times.len() / 2), max: times.last().copied() }
    }
}

impl<'a> From<&'a Examined> for OffUnits<'a> {
    fn from(examined: &'a Examined) -> Self {
        let dead = examined.evidence.dead;
        Self {
            network: examined.network,
            units: &examined.evidence.units.off,
            dead_layer: dead.map(|dead| dead.layer),
            weights_without_gradient: dead.map(|dead| dead.still_weights),
        }
    }
}

impl SurvivalObject {
    fn new(answer: &RunAnswer) -> Self {
        let curve = answer.survival();
        Self {
            level: curve.level,
            low_and_high: "at each epoch by itself (greenwood log-log)",
            band: "for the whole curve (hall-wellner)",
            band_half_width_at_start: curve.band_half_width,
            median: curve.median(),
            curve: curve.thinned(CURVE_POINTS),
        }
    }
}

impl RestartObject {
    fn new(answer: &RunAnswer) -> Option<Self> {
        let restart = answer.restart()?;
        let interval = answer.cut_off_interval();
        let epoch_interval = interval.map(|interval| CutOffInterval {
            method: "bootstrap",
            level: LEVEL,
            low: interval.low,
            high: interval.high,
        });
        Some(Self {
            best: BestCutOff { cut_off: restart.best, epoch_interval },
            near_best: restart.near_best,
            at_budget: restart.at_budget,
            never_solved: restart.never_solved,
        })
    }
}

/// The object of `basins run --json`, schema `basins.run/1`.
pub fn run_json(answer: &RunAnswer) -> Value {
    json!(answer)
}

/// As [`run_json`] says it.
impl Serialize for RunAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RunObject::new(self).serialize(serializer)
    }
}
