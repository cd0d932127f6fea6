//! What can become of a network: its fate, and which examples it concerns. How it is told from an outcome: `kind.rs`.

use serde::{Deserialize, Serialize};

use crate::spec::Problem;

/// What became of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fate {
    /// Met the criterion.
    Solved,
    /// Two examples with different targets share their mean; the rest is right.
    OnePairTie,
    /// Three examples share their mean; the rest is right.
    CornerCut,
    /// All outputs at the mean of all targets.
    AllHalf,
    /// Any other grouping of examples at their means.
    Grouped,
    /// One example's output at the middle of the two targets; the rest is right.
    OneAtMiddle,
    /// Some outputs at the wrong end, the rest right; not under cross-entropy, which pulls hardest there.
    WrongSaturated,
    /// None of these patterns: as a rule still on its way down.
    Descending,
    /// Not finite, or a weight past the bound.
    Diverged,
    /// Interrupted before its last epoch.
    Unfinished,
}

impl Fate {
    /// Every fate, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Solved,
        Self::OnePairTie,
        Self::CornerCut,
        Self::AllHalf,
        Self::Grouped,
        Self::OneAtMiddle,
        Self::WrongSaturated,
        Self::Descending,
        Self::Diverged,
        Self::Unfinished,
    ];

    /// The word that stands for it in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::OnePairTie => "one-pair-tie",
            Self::CornerCut => "corner-cut",
            Self::AllHalf => "all-half",
            Self::Grouped => "grouped",
            Self::OneAtMiddle => "one-at-middle",
            Self::WrongSaturated => "wrong-saturated",
            Self::Descending => "descending",
            Self::Diverged => "diverged",
            Self::Unfinished => "unfinished",
        }
    }

    /// What it is in at most 21 characters: how it is named wherever a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::OnePairTie => "two-pattern plateau",
            Self::CornerCut => "three-pattern plateau",
            Self::AllHalf => "constant output",
            Self::Grouped => "other grouping",
            Self::OneAtMiddle => "one output at middle",
            Self::WrongSaturated => "wrong, saturated",
            Self::Descending => "still improving",
            Self::Diverged => "diverged",
            Self::Unfinished => "unfinished",
        }
    }

    /// The sum of squared errors at the pattern, of one output with targets 0 and 1, where all tasks have the same.
    pub fn squared_error(self) -> Option<&'static str> {
        match self {
            Self::OnePairTie => Some("SSE 1/2"),
            Self::CornerCut => Some("SSE 2/3"),
            _ => None,
        }
    }

    /// One line for a person.
    pub fn description(self) -> &'static str {
        match self {
            Self::Solved => "met the criterion",
            Self::OnePairTie => "two examples share their mean (SSE 1/2 with targets 0 and 1), the rest is right",
            Self::CornerCut => "three examples share their mean (SSE 2/3 with targets 0 and 1), the rest is right",
            Self::AllHalf => "all outputs at the mean of all targets (for XOR SSE 1)",
            Self::Grouped => "other examples share their means",
            Self::OneAtMiddle => "one example's output at the middle of the two targets, the rest right",
            Self::WrongSaturated => "outputs at the wrong end, the rest right",
            Self::Descending => "none of the patterns: most often on its way down",
            Self::Diverged => "not finite, or a weight past the bound",
            Self::Unfinished => "interrupted before the last epoch",
        }
    }
}

/// As objects name it.
#[cfg(test)]
impl schemars::JsonSchema for Fate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "What became of a network.", "enum": Self::ALL.map(Self::name)})
    }
}

/// Which examples of a pattern share an output, which are at the wrong end, and which is at the middle. Told apart for tasks of
/// up to 16 examples; four bits an example: 0 for a right one, the number of its group from 1, 14 for the middle, or 15 for
/// the wrong end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Variant(u64);

impl Variant {
    /// Most examples of a task whose variants are told apart.
    pub const EXAMPLE_LIMIT: usize = 16;
    const MIDDLE: u64 = 14;
    const WRONG: u64 = 15;

    /// Groups in the order of their first examples. A single group of all examples has no variants.
    pub(super) fn of<G: AsRef<[usize]>>(groups: &[G], middle: &[usize], wrong: &[usize], example_count: usize) -> Self {
        let everything = groups.len() == 1 && groups[0].as_ref().len() == example_count;
        if example_count > Self::EXAMPLE_LIMIT || everything {
            return Self::default();
        }
        let numbered =
            groups.iter().zip(1u64..).flat_map(|(group, number)| group.as_ref().iter().map(move |at| (*at, number)));
        let middle = middle.iter().map(|at| (*at, Self::MIDDLE));
        let wrong = wrong.iter().map(|at| (*at, Self::WRONG));
        Self(numbered.chain(middle).chain(wrong).fold(0, |bits, (example, number)| bits | number << (4 * example)))
    }

    /// The examples as their inputs' bits (where they are not of a truth table by number from 1): `10=11`, `10 wrong`
    /// or `10 at middle`. Empty where there is nothing to tell apart.
    pub fn label(self, problem: &Problem) -> String {
        let named = |number: u64| {
            let examples = (0..Self::EXAMPLE_LIMIT).filter(|example| self.0 >> (4 * example) & 15 == number);
            examples.map(|example| example_label(problem, example)).collect::<Vec<_>>()
        };
        let groups = (1..Self::MIDDLE).map(named).filter(|group| !group.is_empty()).map(|group| group.join("="));
        let marked = |number: u64, words: &str| {
            let examples = named(number);
            (!examples.is_empty()).then(|| format!("{} {words}", examples.join(",")))
        };
        groups
            .chain(marked(Self::MIDDLE, "at middle"))
            .chain(marked(Self::WRONG, "wrong"))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A fate, and which examples it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kind {
    /// What became of the network.
    pub fate: Fate,
    /// Which examples share an output or are wrong.
    pub variant: Variant,
}

impl Kind {
    /// A fate in all its variants, or one that has none.
    pub fn whole(fate: Fate) -> Self {
        Self { fate, variant: Variant::default() }
    }
}

/// An example of a truth table as its inputs' bits; any other by its number from 1, which in an encoder is the place of the
/// unit that is on.
pub fn example_label(problem: &Problem, example: usize) -> String {
    match problem.spec().task.is_truth_table() {
        true => format!("{example:0width$b}", width = problem.examples().input_count()),
        false => (example + 1).to_string(),
    }
}
