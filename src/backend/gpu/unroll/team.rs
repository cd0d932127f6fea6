//! A network with one hidden layer that several invocations train together, each with some of the hidden units.

use std::fmt::Write;

use crate::spec::{Layers, Problem, Spec};

use super::super::prelude::state_row_count;
use super::outputs_code;
use super::writer::Writer;

/// Invocations of a workgroup: as many as most devices run in step.
const GROUP_SIZE: usize = 32;

/// How invocations share a network.
pub(in super::super) struct Team {
    /// Invocations of each network: a power of two.
    pub(in super::super) size: usize,
    /// Hidden units of the network.
    hidden: usize,
    /// The network that one of them trains by itself but for the sums of the outputs: hidden unit u of it is unit
    /// u * `size` + `own` of the whole.
    pub(in super::super) share: Problem,
}

impl Team {
    /// Of so many invocations, where the network is such that they can share it.
    pub(in super::super) fn of(problem: &Problem, size: usize) -> Option<Self> {
        let [inputs, hidden, outputs] = problem.layers().sizes() else { return None };
        let fits = size > 1 && size <= GROUP_SIZE && !problem.layers().shortcuts();
        let layers = Layers::new(vec![*inputs, hidden.div_ceil(size), *outputs]).ok()?;
        let share = problem.with_unchecked(Spec { layers, ..problem.spec().clone() });
        fits.then_some(Self { size, hidden: *hidden, share })
    }

    /// Networks of a workgroup.
    pub(in super::super) fn network_count(&self) -> u32 {
        (GROUP_SIZE / self.size) as u32
    }

    /// Bytes of workgroup memory.
    pub(in super::super) fn memory(&self) -> usize {
        GROUP_SIZE * (16 * self.share.layers().output_count() + 4) + 4
    }

    /// Steps of the loops in which an epoch's parts and words are gathered, at most.
    pub(in super::super) fn loop_steps(&self) -> u64 {
        let outputs = self.share.examples().targets().len();
        // Learning, judging and recording.
        (3 * outputs * (self.size + 1) + self.size + 3 * (GROUP_SIZE + 1)) as u64
    }

    /// Hidden units that an invocation holds; of the last of them some have none.
    fn unit_count(&self) -> usize {
        self.hidden.div_ceil(self.size)
    }

    /// Whether a unit is there in each of a network's invocations.
    fn is_everywhere(&self, unit: usize) -> bool {
        (unit + 1) * self.size <= self.hidden
    }

    /// Which of a network's invocations have the unit.
    fn holders(&self, unit: usize) -> Holders {
        if self.is_everywhere(unit) { Holders::All } else { Holders::Below(self.hidden - unit * self.size) }
    }

    /// Where each weight of a share lies in the pool, and what the optimizer remembers of it.
    pub(super) fn places(&self, problem: &Problem) -> Vec<Place> {
        let (layers, whole) = (self.share.layers(), problem.layers().shapes().collect::<Vec<_>>());
        let (inputs, outputs) = (layers.input_count(), layers.output_count());
        let mut places = Vec::new();
        for block in (0..state_row_count(problem)).step_by(problem.layers().weight_count()) {
            let mut place = |row: usize, step: usize, holders: Holders| {
                places.push(Place { row: block + row, step, holders });
            };
            for input in 0..=inputs {
                for unit in 0..self.unit_count() {
                    place(whole[0].position(input, unit * self.size), 1, self.holders(unit));
                }
            }
            for unit in 0..self.unit_count() {
                for output in 0..outputs {
                    place(whole[1].position(unit * self.size, output), outputs, self.holders(unit));
                }
            }
            for output in 0..outputs {
                place(whole[1].position(self.hidden, output), 0, Holders::AllAlike);
            }
        }
        places
    }

    /// `const` lines of the kernel.
    pub(in super::super) fn lines(&self) -> String {
        let mut text = String::new();
        for (name, value) in [
            ("GROUP_SIZE", GROUP_SIZE),
            ("TEAM_SIZE", self.size),
            ("TEAM_COUNT", GROUP_SIZE / self.size),
            ("PART_COUNT", GROUP_SIZE * self.share.layers().output_count()),
        ] {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "const {name} = {value}u;");
        }
        text
    }
}

/// `record`: a team's outputs to scratch memory, and the loss.
pub(in super::super) fn recording_code(team: &Team) -> String {
    String::from("fn record(net: ptr<function, Network>, lane: u32, writes: bool) -> f32 {\n    var loss = 0.0;\n")
        + &outputs_code(&team.share, Some(team), "(*net).", |writer, forward, targets| {
            for (unit, y) in targets.iter().enumerate() {
                let (z, h) = (forward.sum(unit), forward.output(unit));
                let _ = writeln!(
                    writer.text,
                    "    loss += output_loss({z}, {h}, {y});\n    if (writes) {{ scratch[(OUTPUT_ROW + example * OUTPUT_COUNT + \
                 {unit}u) * SLOT_COUNT + lane] = {h}; }}"
                );
            }
        })
        + "    return loss / f32(EXAMPLE_COUNT);\n}\n"
}

/// Which invocations of a network have a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holders {
    /// Each has one of its own, or it is the only one.
    All,
    /// Each of the first so many has one of its own.
    Below(usize),
    /// All have the same.
    AllAlike,
}

/// Where a number lies in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its row, of a network's first invocation.
    pub(super) row: usize,
    /// Rows from there to the next invocation's.
    pub(super) step: usize,
    pub(super) holders: Holders,
}

impl Place {
    /// Where an invocation finds it that has the network for itself.
    pub(super) fn alone(row: usize) -> Self {
        Self { row, step: 0, holders: Holders::All }
    }

    /// Its place in `state`.
    fn text(self) -> String {
        let own = match self.step {
            0 => String::new(),
            1 => " + own".into(),
            step => format!(" + own * {step}u"),
        };
        format!("state[({}u{own}) * SLOT_COUNT + slot]", self.row)
    }

    /// Reads it into a variable.
    pub(super) fn load(self, variable: &str) -> String {
        match self.holders {
            Holders::Below(count) => format!("    if (own < {count}u) {{ {variable} = {}; }}\n", self.text()),
            _ => format!("    {variable} = {};\n", self.text()),
        }
    }

    /// Writes it from there, once.
    pub(super) fn save(self, variable: &str) -> String {
        let condition = match self.holders {
            Holders::All => return format!("    {} = {variable};\n", self.text()),
            Holders::Below(count) => format!("own < {count}u"),
            Holders::AllAlike => "own == 0u".into(),
        };
        format!("    if ({condition}) {{ {} = {variable}; }}\n", self.text())
    }
}

impl Writer<'_> {
    /// Names the sums of values over a network's invocations, in which each has a part of each.
    pub(super) fn join_parts(&mut self, parts: &[String]) -> Vec<String> {
        for (quad, parts) in parts.chunks(4).enumerate() {
            let four: Vec<&str> = parts.iter().map(String::as_str).chain(["0.0"; 3]).take(4).collect();
            let _ = writeln!(self.text, "    parts[{quad}u * GROUP_SIZE + local] = vec4<f32>({});", four.join(", "));
        }
        self.text.push_str("    workgroupBarrier();\n");
        let quads: Vec<String> =
            (0..parts.len().div_ceil(4)).map(|quad| self.name_sum(&format!("total({quad}u)"))).collect();
        self.text.push_str("    workgroupBarrier();\n");
        (0..parts.len()).map(|at| format!("{}.{}", quads[at / 4], ["x", "y", "z", "w"][at % 4])).collect()
    }

    /// Units that an invocation lacks must go on adding nothing.
    pub(super) fn clear_absent(&mut self, team: &Team) {
        let Some(output) = self.problem.layers().shapes().nth(1) else { return };
        for unit in 0..team.unit_count() {
            let Holders::Below(count) = team.holders(unit) else { continue };
            for k in (0..output.fan_out).map(|column| output.position(unit, column)) {
                let gradient = format!("(*net).gradient[{k}]");
                let _ = writeln!(self.text, "    {gradient} = select(0.0, {gradient}, own < {count}u);");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn problem(task: &str, layers: &str, optimizer: &str) -> Problem {
        let (task, layers, optimizer) = (task.parse().unwrap(), layers.parse().unwrap(), optimizer.parse().unwrap());
        Spec { task, layers, optimizer, ..Spec::default() }.problem().unwrap()
    }

    /// Each number of a network is written by one of its invocations, and those that all have by all read.
    #[test]
    fn shares_make_up_a_network() {
        for (task, layers, optimizer, size) in
            [("xor", "2,3,1", "gd", 2), ("xor", "2,8,1", "adam", 4), ("encoder:8", "8,5,8", "rmsprop", 4)]
        {
            let problem = problem(task, layers, optimizer);
            let team = Team::of(&problem, size).unwrap();
            let (mut read, mut written) = (HashMap::new(), HashMap::new());
            for (own, place) in
                (0..size).flat_map(|own| team.places(&problem).into_iter().map(move |place| (own, place)))
            {
                let row = place.row + own * place.step;
                let (reads, writes) = match place.holders {
                    Holders::All => (true, true),
                    Holders::Below(count) => (own < count, own < count),
                    Holders::AllAlike => (true, own == 0),
                };
                for (counts, counted) in [(&mut read, reads), (&mut written, writes)] {
                    if counted {
                        *counts.entry(row).or_insert(0) += 1;
                    }
                }
            }
            let rows = state_row_count(&problem);
            assert_eq!(written, (0..rows).map(|row| (row, 1)).collect(), "{layers}");
            let outputs = problem.layers().output_count();
            let weights = problem.layers().weight_count();
            let by_all = |row: usize| row % weights >= weights - outputs;
            assert_eq!(read, (0..rows).map(|row| (row, if by_all(row) { size } else { 1 })).collect(), "{layers}");
        }
    }

    #[test]
    fn only_one_hidden_layer_is_shared() {
        let of = |layers: &str, size: usize| Team::of(&problem("xor", layers, "gd"), size).map(|team| team.share);
        assert_eq!(of("2,48,1", 8).unwrap().layers().sizes(), [2, 6, 1]);
        assert_eq!(of("2,49,1", 8).unwrap().layers().sizes(), [2, 7, 1]);
        assert!(of("2,8,8,1", 4).is_none() && of("2,1", 2).is_none() && of("2,8,1", 1).is_none());
        let spec = Spec { shortcuts: true, ..Spec::default() };
        assert!(Team::of(&spec.problem().unwrap(), 2).is_none());
    }
}
