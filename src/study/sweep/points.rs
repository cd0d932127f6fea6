//! Which points a sweep goes through: grids, lists and random draws over settings.

use rand::RngExt;

use crate::error::{Error, Result};
use crate::seed::{Purpose, Stream};
use crate::spec::{Problem, Spec, VariedValues, Vary};

/// Most points of a sweep.
const POINT_LIMIT: usize = 100_000;

/// The points of a sweep: what was varied, and for each point its values and its checked spec.
#[derive(Clone, Debug)]
pub struct SweepPlan {
    /// What was varied.
    pub varied: Vec<Vary>,
    /// The points, the last setting varied fastest.
    pub points: Vec<PlanPoint>,
}

/// A point before it is trained.
#[derive(Clone, Debug)]
pub struct PlanPoint {
    /// Values of the varied settings, in their order.
    pub values: Vec<String>,
    /// The checked spec.
    pub problem: Problem,
}

impl SweepPlan {
    /// Every combination of the settings' values; those drawn at random are drawn together, point by point, by `seed`.
    ///
    /// # Errors
    /// A setting that is not known, varied twice or does not fit; ranges drawn together with different counts; too many
    /// points.
    pub fn new(spec: &Spec, varied: &[Vary], seed: u64) -> Result<Self> {
        if varied.is_empty() {
            return Err(Error::input("--vary says what a sweep goes through, as --vary lr=0.01..10:log:7"));
        }
        if let Some(vary) =
            varied.iter().enumerate().find(|(at, vary)| varied[..*at].iter().any(|v| v.name == vary.name))
        {
            return Err(Error::input(format!("--vary {} is given twice", vary.1.name)));
        }
        let drawn = drawn_count(varied)?;
        let grids: Vec<Option<Vec<String>>> = varied.iter().map(Vary::texts).collect();
        let sizes = grids.iter().flatten().map(Vec::len).chain(drawn);
        let count = sizes.clone().try_fold(1usize, usize::checked_mul).filter(|count| *count <= POINT_LIMIT);
        let count = count.ok_or_else(|| {
            let sizes: Vec<String> = sizes.map(|size| size.to_string()).collect();
            Error::input(format!("{} points are too many: at most {POINT_LIMIT} fit a sweep", sizes.join(" x ")))
        })?;
        let points = (0..count).map(|at| {
            let values = values_at(varied, &grids, drawn.unwrap_or(1), at, seed);
            let spec =
                varied.iter().zip(&values).try_fold(spec.clone(), |spec, (vary, text)| spec.with(&vary.name, text));
            let problem = spec.and_then(|spec| spec.problem()).map_err(|error| {
                let named: Vec<String> =
                    varied.iter().zip(&values).map(|(vary, text)| format!("{}={text}", vary.name)).collect();
                Error::input(format!("at {}: {error}", named.join(", ")))
            })?;
            Ok(PlanPoint { values, problem })
        });
        Ok(Self { varied: varied.to_vec(), points: points.collect::<Result<_>>()? })
    }

    /// The point at which the settings have these values, written `lr=0.1,hidden=3`; all that is not said may be anything,
    /// and the first that fits is taken.
    ///
    /// # Errors
    /// No point fits.
    pub fn find(&self, text: &str) -> Result<usize> {
        let mut wanted: Vec<(&str, String)> = Vec::new();
        for part in text.split(',') {
            match (part.split_once('='), wanted.last_mut()) {
                (Some((name, value)), _) => wanted.push((name.trim(), value.trim().to_owned())),
                // The rest of a value with commas of its own, as layers=2,3,1.
                (None, Some((_, value))) => *value = format!("{value},{}", part.trim()),
                (None, None) => return Err(Error::input(format!("--against takes NAME=VALUE,..., got {text:?}"))),
            }
        }
        let fits = |point: &PlanPoint| {
            wanted.iter().all(|(name, value)| {
                let at = self.varied.iter().position(|vary| vary.name == *name);
                at.is_some_and(|at| same_value(&point.values[at], value))
            })
        };
        let found = self.points.iter().position(fits);
        found.ok_or_else(|| Error::input(format!("--against {text}: no point of the sweep has these values")))
    }
}

fn same_value(a: &str, b: &str) -> bool {
    a == b || a.parse::<f64>().is_ok_and(|a| b.parse::<f64>().is_ok_and(|b| a == b))
}

/// How many points are drawn, if any setting is.
fn drawn_count(varied: &[Vary]) -> Result<Option<usize>> {
    let mut counts = varied.iter().filter_map(|vary| match vary.values {
        VariedValues::Random(_, count) => Some(count),
        _ => None,
    });
    let first = counts.next();
    match counts.find(|count| Some(*count) != first) {
        Some(other) => Err(Error::input(format!(
            "settings drawn at random are drawn together, so they need as many points each, not {} and {other}",
            first.unwrap_or(0)
        ))),
        None => Ok(first),
    }
}

/// The values of a point: its number in a mixed-radix system, the drawn index the slowest digit.
fn values_at(varied: &[Vary], grids: &[Option<Vec<String>>], drawn: usize, at: usize, seed: u64) -> Vec<String> {
    let mut rest = at;
    let digits: Vec<usize> = grids
        .iter()
        .rev()
        .map(|grid| {
            let size = grid.as_ref().map_or(1, Vec::len);
            let digit = rest % size;
            rest /= size;
            digit
        })
        .collect();
    let sample = rest % drawn;
    let value = |(setting, (vary, grid)): (usize, (&Vary, &Option<Vec<String>>))| match (grid, &vary.values) {
        (Some(texts), _) => texts[digits[grids.len() - 1 - setting]].clone(),
        (None, VariedValues::Random(range, _)) => {
            let word: u32 = Stream::new(seed, sample as u64, Purpose::Point).from_block(setting as u32).random();
            crate::spec::short(range.at((f64::from(word) + 0.5) / 2f64.powi(32)), 6)
        }
        (None, _) => String::new(),
    };
    varied.iter().zip(grids).enumerate().map(value).collect()
}
