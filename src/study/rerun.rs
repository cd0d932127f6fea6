//! Does a result that was kept agree with the same training done again?
//!
//! The same backend on the same kind of device, in the same precision, gives the same counts to the last network. Anything
//! else starts from the same weights but rounds otherwise, so near a basin's edge fates differ: then shares are held against
//! each other by a test.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::outcome::Fate;
use crate::spec::keyword::typed;
use crate::stats::{Difference, LEVEL, holm, two_sample};

/// Who trained, and on what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Trainer {
    /// Backend by name.
    pub backend: String,
    /// The device's name.
    pub device: String,
    /// What it is: cpu, software, ...
    pub kind: String,
    /// Driver and version; of a CPU the vector instructions (or precision) and threads.
    pub driver: String,
}

impl Trainer {
    /// What decides rounding: of a CPU its instructions, whoever made it and however many threads; of a GPU all.
    fn rounding(&self) -> (&str, &str, &str) {
        match self.kind.as_str() {
            "cpu" => (&self.backend, "", self.driver.rsplit_once(", ").map_or(self.driver.as_str(), |(how, _)| how)),
            _ => (&self.backend, &self.device, &self.driver),
        }
    }
}

/// What was counted of one population.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Which point of a sweep; empty for a run.
    pub name: String,
    /// Networks in all.
    pub networks: u64,
    /// Networks solved.
    pub solved: u64,
    /// Networks by fate.
    pub fates: BTreeMap<String, u64>,
    /// What else is exact: epochs of work, epochs to solve, escapes.
    pub others: BTreeMap<String, u64>,
}

impl Counts {
    /// First, median and last epoch to solve.
    fn note_epochs(&mut self, epochs: [u64; 3]) {
        for (name, epoch) in ["first", "median", "last"].into_iter().zip(epochs) {
            self.others.insert(format!("{name} epoch to solve"), epoch);
        }
    }

    /// What does not add up within these counts.
    fn contradiction(&self) -> Option<String> {
        let at = if self.name.is_empty() { String::new() } else { format!(" at {}", self.name) };
        let solved = self.fates.get(Fate::Solved.name()).copied().unwrap_or(0);
        let sum: u64 = self.fates.values().fold(0, |sum, count| sum.saturating_add(*count));
        if solved != self.solved {
            return Some(format!("it says {} solved{at}, but its fates count {solved}", self.solved));
        }
        (sum != self.networks).then(|| format!("it says {} networks{at}, but its fates sum to {sum}", self.networks))
    }
}

/// A result that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Who trained then.
    pub trainer: Trainer,
    /// What was counted, a population a row.
    pub counts: Vec<Counts>,
}

/// The fields of a kept object that are compared; the rest may be anything.
#[derive(Deserialize)]
struct Object {
    backend: String,
    device: Device,
    #[serde(alias = "pixels")]
    nets: u64,
    /// Networks of each pixel of a map.
    starts_per_pixel: Option<u64>,
    #[serde(flatten)]
    whole: Option<Fields>,
    epochs_to_solve: Option<Epochs>,
    continued: Option<Continued>,
    points: Option<Vec<Point>>,
}

#[derive(Deserialize)]
struct Device {
    name: String,
    kind: String,
    driver: String,
}

#[derive(Deserialize)]
struct Fields {
    solved: u64,
    fates: BTreeMap<String, u64>,
    net_epochs: u64,
}

/// Of a map, whose epochs of work are those of its last run alone.
const MAP_SCHEMA: &str = "basins.map/1";

#[derive(Deserialize)]
struct Epochs {
    min: u64,
    median: u64,
    max: u64,
}

#[derive(Deserialize)]
struct Continued {
    rows: Vec<Escaped>,
}

#[derive(Deserialize)]
struct Escaped {
    fate: String,
    solved: u64,
}

#[derive(Deserialize)]
struct Point {
    values: serde_json::Map<String, serde_json::Value>,
    /// Where they differ from point to point.
    nets: Option<u64>,
    #[serde(flatten)]
    fields: Fields,
}

impl Fields {
    fn counts(self, name: String, networks: u64) -> Counts {
        let others = [("net-epochs".to_owned(), self.net_epochs)].into();
        Counts { name, networks, solved: self.solved, fates: self.fates, others }
    }
}

/// Most bytes of a name that is compared and shown, and most fates of one population.
const NAME_LIMIT: usize = 500;
const FATE_LIMIT: usize = 100;

impl Object {
    /// Refuses names that nobody gave: a table of them has no end.
    fn check_names(&self) -> Result<(), String> {
        let device = [&self.backend, &self.device.name, &self.device.kind, &self.device.driver];
        let points = || self.points.iter().flatten();
        let fates = || points().map(|point| &point.fields.fates).chain(self.whole.iter().map(|whole| &whole.fates));
        let escaped = self.continued.iter().flat_map(|continued| &continued.rows).map(|row| &row.fate);
        let names = device.into_iter().chain(fates().flat_map(BTreeMap::keys)).chain(escaped);
        if let Some(name) = names.into_iter().find(|name| name.len() > NAME_LIMIT) {
            return Err(format!("a name has {} bytes: {name}", name.len()));
        }
        match fates().map(BTreeMap::len).find(|count| *count > FATE_LIMIT) {
            Some(count) => Err(format!("it has {count} fates")),
            None => Ok(()),
        }
    }
}

impl Recorded {
    /// What does not add up within the record itself, if anything.
    pub(super) fn contradiction(&self) -> Option<String> {
        self.counts.iter().find_map(Counts::contradiction)
    }

    /// From the object of a run, a sweep or a map.
    ///
    /// # Errors
    /// Says what is missing or of another type.
    pub fn read(object: &serde_json::Value) -> Result<Self, String> {
        let is_map = object["schema"] == MAP_SCHEMA;
        let object = Object::deserialize(object).map_err(|error| error.to_string())?;
        object.check_names()?;
        let Device { name, kind, driver } = object.device;
        let trainer = Trainer { backend: object.backend, device: name, kind, driver };
        let counts = match (object.points, object.whole) {
            (Some(points), _) => points.into_iter().map(|point| point.counts(object.nets)).collect(),
            (None, Some(whole)) => {
                let networks = object.nets.saturating_mul(object.starts_per_pixel.unwrap_or(1));
                let mut counts = whole.counts(String::new(), networks);
                if is_map {
                    counts.others.clear();
                }
                if let Some(epochs) = object.epochs_to_solve {
                    counts.note_epochs([epochs.min, epochs.median, epochs.max]);
                }
                for row in object.continued.into_iter().flat_map(|continued| continued.rows) {
                    counts.others.insert(format!("escaped from {}", row.fate), row.solved);
                }
                vec![counts]
            }
            (None, None) => return Err("it has no counts: solved, fates and net_epochs are needed".into()),
        };
        Ok(Self { trainer, counts })
    }
}

impl Point {
    fn counts(self, networks: u64) -> Counts {
        let named: Vec<String> = self.values.iter().map(|(name, value)| format!("{name}={}", typed(value))).collect();
        self.fields.counts(named.join(", "), self.nets.unwrap_or(networks))
    }
}

/// One number then and now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RerunRow {
    /// Which point of a sweep; empty for a run.
    pub point: String,
    /// What is counted.
    pub quantity: String,
    /// The number kept; absent if the record lacks it.
    pub then: Option<u64>,
    /// The number of this time.
    pub now: Option<u64>,
    /// Networks then and now, where the number is a part of them.
    pub of: Option<(u64, u64)>,
    /// The difference of the shares, where shares are held against each other.
    pub difference: Option<Difference>,
    /// Its p-value, adjusted for the number of rows by Holm's method; 0 stands for one below what a double holds.
    pub adjusted_p: Option<f64>,
    /// Whether they agree; absent where the number is only shown.
    pub agrees: Option<bool>,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rerun {
    /// Who trained then.
    pub then: Trainer,
    /// Who trained now.
    pub now: Trainer,
    /// Whether counts must be identical: same backend, same precision, same instructions or GPU.
    pub exact: bool,
    /// The comparison, number by number.
    pub rows: Vec<RerunRow>,
    /// What does not add up within the record itself.
    pub contradictions: Vec<String>,
}

impl Rerun {
    /// Compares what was kept with what was counted now.
    pub fn compare(then: &Recorded, now: &Recorded) -> Self {
        let exact = then.trainer.rounding() == now.trainer.rounding();
        let none = Counts::default();
        let mut rows = Vec::new();
        for at in 0..then.counts.len().max(now.counts.len()) {
            let (old, new) = (then.counts.get(at).unwrap_or(&none), now.counts.get(at).unwrap_or(&none));
            let named = |counts: &Counts| (counts != &none).then(|| counts.name.clone());
            let point = named(old).or_else(|| named(new)).unwrap_or_default();
            let row = |quantity: &str, then: Option<u64>, now: Option<u64>| RerunRow {
                point: point.clone(),
                quantity: quantity.to_owned(),
                then,
                now,
                of: None,
                difference: None,
                adjusted_p: None,
                agrees: exact.then_some(then == now),
            };
            let known = |counts: &Counts, number: u64| (counts != &none).then_some(number);
            let of = Some((old.networks, new.networks));
            let networks = row("networks", known(old, old.networks), known(new, new.networks));
            // Whoever trains, there are as many, and a point is the same point.
            let same = networks.then == networks.now && old.name == new.name;
            rows.push(RerunRow { agrees: Some(same), ..networks });
            rows.push(RerunRow { of, ..row("solved", known(old, old.solved), known(new, new.solved)) });
            let names: BTreeSet<&String> = old.fates.keys().chain(new.fates.keys()).collect();
            for name in names.into_iter().filter(|name| *name != Fate::Solved.name()) {
                // A fate that is not named was met by nobody.
                let count = |counts: &Counts| known(counts, counts.fates.get(name).copied().unwrap_or(0));
                let (then, now) = (count(old), count(new));
                if then.unwrap_or(0) + now.unwrap_or(0) > 0 {
                    rows.push(RerunRow { of, ..row(name, then, now) });
                }
            }
            let names: BTreeSet<&String> = old.others.keys().chain(new.others.keys()).collect();
            rows.extend(
                names.into_iter().map(|name| row(name, old.others.get(name).copied(), new.others.get(name).copied())),
            );
        }
        if !exact {
            test(&mut rows);
        }
        let contradictions = then.counts.iter().filter_map(Counts::contradiction).collect();
        Self { then: then.trainer.clone(), now: now.trainer.clone(), exact, rows, contradictions }
    }

    /// Rows that do not agree.
    pub fn disagreements(&self) -> usize {
        self.rows.iter().filter(|row| row.agrees == Some(false)).count()
    }

    /// Whether the result holds.
    pub fn agrees(&self) -> bool {
        self.disagreements() == 0 && self.contradictions.is_empty()
    }
}

/// Tests every share. The networks start alike on both sides, which makes their counts nearer to each other than those of
/// independent samples: a test for these calls fewer differences real, not more.
fn test(rows: &mut [RerunRow]) {
    let mut tested = Vec::new();
    for (at, row) in rows.iter_mut().enumerate() {
        if let (Some(then), Some(now), Some(of)) = (row.then, row.now, row.of) {
            // A record that claims more than all is wrong without a test.
            if then > of.0 || of.0 == 0 || of.1 == 0 {
                row.agrees = Some(false);
                continue;
            }
            let difference = two_sample((then, of.0), (now, of.1), LEVEL);
            row.difference = Some(difference);
            tested.push((at, difference.p_value));
        } else if row.of.is_some() {
            row.agrees = Some(false);
        }
    }
    let p_values: Vec<f64> = tested.iter().map(|(_, p)| *p).collect();
    for ((at, _), adjusted) in tested.iter().zip(holm(&p_values)) {
        rows[*at].adjusted_p = Some(adjusted);
        rows[*at].agrees = Some(adjusted > 1.0 - LEVEL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trainer(backend: &str, driver: &str) -> Trainer {
        Trainer { backend: backend.into(), device: "a CPU".into(), kind: "cpu".into(), driver: driver.into() }
    }

    fn counts(solved: u64, stuck: u64) -> Counts {
        Counts {
            name: String::new(),
            networks: solved + stuck,
            solved,
            fates: [("solved".into(), solved), ("all-half".into(), stuck)].into(),
            others: [("net-epochs".into(), 5 * solved)].into(),
        }
    }

    fn compared(old: Counts, new: Counts, driver: &str) -> Rerun {
        let recorded = |driver, counts| Recorded { trainer: trainer("simd", driver), counts: vec![counts] };
        Rerun::compare(&recorded("AVX-512, 2 threads", old), &recorded(driver, new))
    }

    #[test]
    fn same_rounding_means_same_counts() {
        let same = compared(counts(900, 100), counts(900, 100), "AVX-512, 16 threads");
        assert!(same.exact && same.agrees());
        let off_by_one = compared(counts(901, 99), counts(900, 100), "AVX-512, 2 threads");
        assert!(off_by_one.exact && !off_by_one.agrees());
        assert_eq!(off_by_one.disagreements(), 3, "solved, all-half, net-epochs");
        let work = Counts { others: [("net-epochs".into(), 1)].into(), ..counts(900, 100) };
        assert!(!compared(work, counts(900, 100), "AVX-512, 2 threads").agrees());
    }

    #[test]
    fn other_rounding_means_shares_that_cannot_be_told_apart() {
        let near = compared(counts(905, 95), counts(900, 100), "AVX2, 2 threads");
        assert!(!near.exact && near.agrees(), "{:?}", near.rows);
        let far = compared(counts(960, 40), counts(900, 100), "AVX2, 2 threads");
        assert!(!far.exact && !far.agrees());
        let fewer = compared(counts(90, 10), counts(900, 100), "AVX2, 2 threads");
        assert!(!fewer.agrees(), "another number of networks is another run");
    }

    #[test]
    fn a_record_that_contradicts_itself_never_agrees() {
        let changed = Counts { solved: 901, ..counts(900, 100) };
        for driver in ["AVX-512, 2 threads", "AVX2, 2 threads"] {
            let rerun = compared(changed.clone(), counts(900, 100), driver);
            assert_eq!(rerun.contradictions, ["it says 901 solved, but its fates count 900"]);
            assert!(!rerun.agrees());
        }
    }
}
