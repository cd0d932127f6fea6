//! Do two runs differ: in their settings, and in what became of their networks?
//!
//! Runs that began with the same networks are compared network by network, which finds smaller differences; any others as
//! two independent samples. `record.rs` is what is read of a run.

mod record;

pub use record::{BestCutOff, Ends, RunRecord, SolvedEpochs};

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::outcome::Fate;
use crate::stats::{Difference, LEVEL, Pairs, holm, paired, two_sample};

/// How the same networks fared in two runs: for each pair of fates, how many had them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FatePairs(BTreeMap<(Fate, Fate), u64>);

impl FatePairs {
    /// Adds a network.
    pub fn add(&mut self, first: Fate, second: Fate) {
        *self.0.entry((first, second)).or_default() += 1;
    }

    /// Who had a fate in which of the runs.
    pub fn of(&self, fate: Fate) -> Pairs {
        let mut pairs = Pairs::default();
        for ((first, second), count) in &self.0 {
            *match (*first == fate, *second == fate) {
                (true, true) => &mut pairs.both,
                (true, false) => &mut pairs.first_only,
                (false, true) => &mut pairs.second_only,
                (false, false) => &mut pairs.neither,
            } += count;
        }
        pairs
    }

    /// Whether each run's counts are those of its record.
    fn belongs_to(&self, first: &RunRecord, second: &RunRecord) -> bool {
        Fate::ALL.into_iter().all(|fate| {
            let pairs = self.of(fate);
            pairs.both + pairs.first_only == first.count(fate) && pairs.both + pairs.second_only == second.count(fate)
        })
    }
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingRow {
    /// By its name in files.
    pub name: String,
    /// Its value in the first run; null where it has none.
    pub first: Value,
    /// In the second.
    pub second: Value,
}

/// How many networks had a fate, and whether shares differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FateRow {
    /// The fate.
    #[serde(serialize_with = "named")]
    pub fate: Fate,
    /// Networks of the first run.
    pub first: u64,
    /// Networks of the second.
    pub second: u64,
    /// Second share less the first; absent where shares cannot be compared.
    pub difference: Option<Difference>,
    /// Its p-value, adjusted for the number of fates by Holm's method; 0 stands for one below what a double holds.
    pub adjusted_p: Option<f64>,
}

fn named<S: serde::Serializer>(fate: &Fate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(fate.name())
}

/// Two runs side by side.
#[derive(Clone, Debug)]
pub struct RunComparison {
    /// The first run.
    pub first: RunRecord,
    /// The second.
    pub second: RunRecord,
    /// Settings that differ.
    pub settings: Vec<SettingRow>,
    /// Second share solved less the first; absent where networks were cut off in their middle.
    pub difference: Option<Difference>,
    /// Who was solved in which run, where that is known.
    pub pairs: Option<Pairs>,
    /// Fates that some network of either run has, that of the solved ones aside.
    pub fates: Vec<FateRow>,
    /// What to know before the difference is believed, a sentence each.
    pub notes: Vec<String>,
}

impl RunComparison {
    /// Whether both runs began with the same networks, so that each can be compared with itself.
    pub fn can_pair(first: &RunRecord, second: &RunRecord) -> bool {
        first.starts.is_some() && first.starts == second.starts
    }

    /// Compares. `pairs` says how each network fared in both runs, or why nobody knows.
    pub fn of(first: RunRecord, second: RunRecord, pairs: Result<FatePairs, String>) -> Self {
        let mut notes = notes(&first, &second);
        let same_networks = Self::can_pair(&first, &second);
        let pairs = match pairs {
            Ok(pairs) if same_networks && pairs.belongs_to(&first, &second) => Some(pairs),
            Ok(_) if same_networks => {
                notes.push("The rows are not those of the two results, so they are compared by their counts.".into());
                None
            }
            Ok(_) => None,
            Err(why) => {
                if same_networks {
                    notes.push(format!("Both began with the same networks, but are compared by their counts: {why}."));
                }
                None
            }
        };
        let comparable = !first.has_unfinished() && !second.has_unfinished();
        let difference = |fate: Fate| {
            comparable.then(|| match &pairs {
                Some(pairs) => paired(pairs.of(fate), LEVEL),
                None => two_sample((first.count(fate), first.networks), (second.count(fate), second.networks), LEVEL),
            })
        };
        let met = |fate: &Fate| *fate != Fate::Solved && first.count(*fate) + second.count(*fate) > 0;
        let mut fates: Vec<FateRow> = Fate::ALL
            .into_iter()
            .filter(met)
            .map(|fate| FateRow {
                fate,
                first: first.count(fate),
                second: second.count(fate),
                difference: difference(fate),
                adjusted_p: None,
            })
            .collect();
        let p_values: Vec<f64> = fates.iter().filter_map(|row| Some(row.difference?.p_value)).collect();
        fates.iter_mut().zip(holm(&p_values)).for_each(|(row, p)| row.adjusted_p = Some(p));
        Self {
            settings: settings(&first, &second),
            difference: difference(Fate::Solved),
            pairs: pairs.as_ref().filter(|_| comparable).map(|pairs| pairs.of(Fate::Solved)),
            fates,
            notes,
            first,
            second,
        }
    }

    /// Whether the shares solved differ by more than chance, at the 5% level; nothing where they cannot be compared.
    pub fn differs(&self) -> Option<bool> {
        self.difference.map(|difference| difference.p_value <= 1.0 - LEVEL)
    }
}

/// Settings that differ, in the order of the first run's names.
fn settings(first: &RunRecord, second: &RunRecord) -> Vec<SettingRow> {
    let names = first.settings.keys().chain(second.settings.keys().filter(|name| !first.settings.contains_key(*name)));
    let row = |name: &String| SettingRow { name: name.clone(), first: first.says(name), second: second.says(name) };
    names.map(row).filter(|row| row.first != row.second).collect()
}

/// What makes shares differ beside the way of learning.
fn notes(first: &RunRecord, second: &RunRecord) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, run) in [("A", first), ("B", second)] {
        if run.has_unfinished() {
            notes.push(format!(
                "{name} was interrupted in the middle of networks: its share is an estimate by the survival curve, and no \
                 difference is tested."
            ));
        } else if run.interrupted {
            notes.push(format!("{name} was interrupted: it counts the networks trained until then."));
        }
        if run.until_width.is_some() {
            notes.push(format!(
                "{name} trained until its interval was narrow enough: the test takes its number of networks as given."
            ));
        }
    }
    let differ = |name: &str| first.says(name) != second.says(name);
    for (name, what) in [
        ("task", "They learn different tasks."),
        ("epochs", "Their budgets differ: with more epochs more networks are solved."),
        ("solved", "They count as solved by different criteria, which makes shares differ by itself."),
        ("judge", "They are judged at different times (judge), which makes shares differ by itself."),
    ] {
        if differ(name) {
            notes.push(what.into());
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A run of so many networks, solved and stuck.
    fn run(solved: u64, stuck: u64, lr: f64) -> RunRecord {
        let object = json!({
            "schema": "basins.run/1",
            "spec": {"lr": lr, "init": "tutorial", "epochs": 100},
            "backend": "mock",
            "device": {"name": "none", "kind": "cpu", "driver": ""},
            "nets": solved + stuck,
            "first": 0,
            "seed": 0,
            "solved": solved,
            "fates": {"solved": solved, "all-half": stuck},
            "net_epochs": 1,
            "interrupted": false,
            "starts": "drawn",
        });
        RunRecord::read(&object).unwrap()
    }

    /// The networks of the two, of which so many are solved in both.
    fn pairs(first: &RunRecord, second: &RunRecord, both: u64) -> FatePairs {
        let mut pairs = FatePairs::default();
        let fates = [
            (both, Fate::Solved, Fate::Solved),
            (first.solved - both, Fate::Solved, Fate::AllHalf),
            (second.solved - both, Fate::AllHalf, Fate::Solved),
            (first.networks + both - first.solved - second.solved, Fate::AllHalf, Fate::AllHalf),
        ];
        for (count, first, second) in fates {
            (0..count).for_each(|_| pairs.add(first, second));
        }
        pairs
    }

    #[test]
    fn the_same_networks_show_a_difference_that_two_samples_hide() {
        let (first, second) = (run(900, 100, 0.1), run(920, 80, 0.2));
        let known = pairs(&first, &second, 895);
        let together = RunComparison::of(first.clone(), second.clone(), Ok(known));
        assert_eq!(together.pairs, Some(Pairs { both: 895, first_only: 5, second_only: 25, neither: 75 }));
        assert_eq!((together.differs(), together.difference.unwrap().test), (Some(true), "McNemar mid-p"));
        let apart = RunComparison::of(first, second, Err("there are no rows".into()));
        assert_eq!((apart.differs(), apart.difference.unwrap().test), (Some(false), "two-sample score"));
        assert!(apart.notes[0].contains("there are no rows"), "{:?}", apart.notes);
        assert_eq!(apart.settings, [SettingRow { name: "lr".into(), first: json!(0.1), second: json!(0.2) }]);
        assert_eq!((apart.fates[0].fate, apart.fates[0].first, apart.fates[0].second), (Fate::AllHalf, 100, 80));
    }

    #[test]
    fn a_run_does_not_differ_from_itself() {
        let one = run(900, 100, 0.1);
        for known in [Ok(pairs(&one, &one, 900)), Err("unknown".into())] {
            let comparison = RunComparison::of(one.clone(), one.clone(), known);
            let difference = comparison.difference.unwrap();
            assert_eq!((difference.estimate, difference.p_value, comparison.settings.len()), (0.0, 1.0, 0));
        }
    }

    #[test]
    fn rows_of_others_are_not_believed() {
        let (first, second) = (run(900, 100, 0.1), run(920, 80, 0.2));
        let wrong = pairs(&first, &run(921, 79, 0.2), 895);
        let comparison = RunComparison::of(first, second, Ok(wrong));
        assert_eq!((comparison.pairs, comparison.difference.unwrap().test), (None, "two-sample score"));
        assert!(comparison.notes[0].starts_with("The rows are not those"));
    }

    #[test]
    fn what_was_cut_off_is_not_tested() {
        let mut cut = run(900, 100, 0.1);
        cut.interrupted = true;
        let whole = RunComparison::of(cut.clone(), run(900, 100, 0.1), Err(String::new()));
        assert!(whole.difference.is_some() && whole.notes[0].starts_with("A was interrupted: it counts"));
        cut.fates.insert("unfinished".into(), 7);
        let comparison = RunComparison::of(run(1, 1, 0.1), cut, Err(String::new()));
        assert_eq!((comparison.difference, comparison.differs()), (None, None));
        assert!(comparison.notes[0].starts_with("B was interrupted in the middle"), "{:?}", comparison.notes);
    }

    #[test]
    fn what_is_no_run_is_refused() {
        let refused = |object: Value| RunRecord::read(&object).unwrap_err();
        assert!(refused(json!({"schema": "basins.sweep/1"})).contains("only runs"));
        assert!(refused(json!({"schema": "basins.run/1"})).starts_with("is damaged"));
    }
}
