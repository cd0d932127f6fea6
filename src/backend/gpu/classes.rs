//! Classes of finished networks that the device counts itself, so that no row of theirs crosses the bus: those that solved the
//! task, that diverged, and those unsolved ones whose kind comparisons tell. Twin: `shaders/pool/settle.wgsl`.

use std::fmt::Write;

use crate::outcome::{CountedKind, Fate, Fates, Kind, KindTally, PlainKinds, PlainPattern, Tally};
use crate::spec::Problem;

use super::bus::{Counts, GROUP_LIMIT, Group, joined};
use super::prelude::literal;

/// Solved; diverged with a loss that can be added up; diverged with a loss beyond any meaning; on its way down for certain. One
/// class for each pattern comes after them.
const COMMON: [Fate; 4] = [Fate::Solved, Fate::Diverged, Fate::Diverged, Fate::Descending];
const LOST: usize = 2;
const DESCENDING: usize = 3;

/// Losses from this on are not added up on the device: 2^18 of them fit into two words, in units of 2^-40.
const SUMMED_BELOW: f32 = 64.0;

/// The classes of a problem.
pub(super) struct Classes {
    plain: PlainKinds,
}

impl Classes {
    pub(super) fn of(problem: &Problem) -> Self {
        let mut plain = PlainKinds::of(problem);
        plain.patterns.truncate(GROUP_LIMIT - 1 - COMMON.len());
        Self { plain }
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> {
        COMMON.into_iter().map(Kind::whole).chain(self.plain.patterns.iter().map(|pattern| pattern.kind))
    }

    /// A bit for each class that is counted where rows of these fates are wanted.
    pub(super) fn counted(&self, rows: Fates) -> u32 {
        let counted = self.kinds().enumerate().filter(|(_, kind)| !rows.contains(kind.fate));
        counted.fold(0, |bits, (class, _)| bits | 1 << class)
    }

    /// What a window's counts say of networks without a row; when those that solved the task did is in `solved_epochs`. The
    /// epochs of those with a row are `row_epochs`.
    pub(super) fn tally(&self, counts: &Counts, solved_epochs: Vec<u32>, row_epochs: u64) -> Tally {
        let told = self.kinds().zip(&counts[1..]).enumerate().filter(|(_, (_, group))| group.count > 0);
        let counted = told.map(|(class, (kind, Group { count, sum }))| CountedKind {
            kind,
            count: u64::from(*count),
            loss_units: (class != LOST).then(|| joined(*sum)),
        });
        Tally::counted(&counted.collect::<Vec<_>>(), net_epochs(counts) - row_epochs, solved_epochs)
    }

    /// `pattern_of`: the class of an unsolved network whose outputs lie in scratch memory, or `NO_CLASS`.
    pub(super) fn wgsl(&self) -> String {
        let mut text = format!(
            "const SUMMED_BELOW_BITS = {}u;\nconst LOSS_LIMIT_BITS = {}u;\nconst GROUP_COUNT = {}u;\n\
             fn pattern_of(loss: f32, lane: u32) -> u32 {{\n    // A bit for each pattern.\n    var within = {}u;\n",
            SUMMED_BELOW.to_bits(),
            (KindTally::LOSS_LIMIT as f32).to_bits(),
            1 + COMMON.len() + self.plain.patterns.len(),
            (1u32 << self.plain.patterns.len()) - 1,
        );
        let outputs: Vec<String> = (0..self.output_count()).map(|output| self.narrowing(output)).collect();
        // Writing to a string cannot fail.
        let _ = match (&self.plain.doubts, outputs.as_slice()) {
            (None, [lines, ..]) => writeln!(
                text,
                "    var least = output_of(0u, lane);\n    var most = least;\n    \
                 for (var output = 0u; output < OUTPUT_ROW_COUNT; output += 1u) {{\n        \
                 let h = output_of(output, lane);\n        least = min(least, h);\n        most = max(most, h);\n\
                 {lines}    }}"
            ),
            (_, outputs) => outputs.iter().enumerate().try_for_each(|(output, lines)| {
                writeln!(text, "    let h{output} = output_of({output}u, lane);\n{lines}")
            }),
        };
        text.push_str("    switch firstTrailingBit(within) {\n");
        for (at, PlainPattern { loss, group, spread, .. }) in self.plain.patterns.iter().enumerate() {
            let (class, fits, spread) = (COMMON.len() + at, lies("loss", *loss), literal((*spread).into()));
            let [least, most] = ["min", "max"].map(|of| self.of_all(of, group));
            let _ = writeln!(
                text,
                "        case {at}u: {{\n            if ({most} - {least} <= {spread}) {{\n                \
                 return select({DESCENDING}u, {class}u, {fits});\n            }}\n        }}"
            );
        }
        text.push_str("        default: {}\n    }\n");
        let Some(doubts) = &self.plain.doubts else { return text + "    return NO_CLASS;\n}\n" };
        for doubt in doubts {
            let outputs = doubt.outputs.iter().enumerate().map(|(at, ranges)| {
                let ranges = ranges.iter().map(|range| lies(&format!("h{at}"), *range));
                format!("({})", ranges.collect::<Vec<_>>().join(" || "))
            });
            let outputs = outputs.collect::<Vec<_>>().join(" && ");
            let _ = writeln!(
                text,
                "    if ({} && {outputs}) {{\n        return NO_CLASS;\n    }}",
                lies("loss", doubt.loss)
            );
        }
        text + &format!("    return {DESCENDING}u;\n}}\n")
    }

    /// The least or the most of a group's outputs.
    fn of_all(&self, of: &str, group: &[usize]) -> String {
        match self.plain.doubts {
            Some(_) => {
                let names = group.iter().map(|at| format!("h{at}"));
                names.reduce(|all, next| format!("{of}({all}, {next})")).unwrap_or_default()
            }
            None => if of == "min" { "least" } else { "most" }.into(),
        }
    }

    /// Outputs that are looked at.
    fn output_count(&self) -> usize {
        let doubts = self.plain.doubts.iter().flatten().map(|doubt| doubt.outputs.len());
        let patterns = self.plain.patterns.iter().map(|pattern| pattern.outputs.len());
        doubts.chain(patterns).next().unwrap_or(0)
    }

    /// Leaves the patterns in whose ranges an output `h` lies, each range being looked at once.
    fn narrowing(&self, output: usize) -> String {
        let name = if self.plain.doubts.is_some() { format!("h{output}") } else { "h".into() };
        let mut text = String::new();
        let mut known = Vec::new();
        for range in self.plain.patterns.iter().map(|pattern| pattern.outputs[output]) {
            if known.contains(&range) {
                continue;
            }
            known.push(range);
            let others = self.plain.patterns.iter().enumerate().filter(|(_, pattern)| pattern.outputs[output] != range);
            let bits = others.fold(0u32, |bits, (at, _)| bits | 1 << at);
            let _ = writeln!(text, "        within &= select({bits}u, 0xffffffffu, {});", lies(&name, range));
        }
        text
    }
}

/// Whether a number lies in a range.
fn lies(name: &str, (low, high): (f32, f32)) -> String {
    format!("({} <= {name} && {name} <= {})", literal(low.into()), literal(high.into()))
}

/// Finished networks.
pub(super) fn finished(counts: &Counts) -> u32 {
    counts.iter().map(|group| group.count).sum()
}

/// Epochs of work of them all.
pub(super) fn net_epochs(counts: &Counts) -> u64 {
    joined(counts[0].sum)
}

/// Those that have a row.
pub(super) fn row_count(counts: &Counts) -> u32 {
    counts[0].count
}

/// Those without, of which it is listed when they solved the task.
pub(super) fn listed_count(counts: &Counts) -> u32 {
    counts[1].count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn what_is_wanted_is_not_counted() {
        let classes = Classes::of(&Spec::default().problem().unwrap());
        assert_eq!(classes.counted(Fates::ALL), 0);
        assert_eq!(classes.counted(Fates::NONE), (1 << 13) - 1);
        let pairs = [Fate::OnePairTie, Fate::Descending].into_iter().collect();
        // Four pairs, and what is on its way down.
        assert_eq!(classes.counted(pairs).count_ones(), 13 - 5);
        assert_eq!(classes.counted(pairs) & 0b1111, 0b0111);
    }
}
