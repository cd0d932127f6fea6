//! A network that several invocations train together, each with some of the units of every hidden layer.

use std::fmt::Write;

use crate::spec::Problem;

use super::super::prelude::state_row_count;

/// Invocations of a workgroup: as many as most devices run in step.
const GROUP_SIZE: usize = 32;

/// How invocations share a network.
pub(in super::super) struct Team {
    /// Invocations of each network: a power of two.
    pub(in super::super) size: usize,
    /// Units of the network's hidden layers.
    pub(super) hidden: Vec<usize>,
    /// What one of them trains: unit u of a hidden layer of its share is unit u * `size` + `own` of the whole.
    pub(in super::super) share: Problem,
}

impl Team {
    /// Of so many invocations, where the network is such that they can share it.
    pub(in super::super) fn of(problem: &Problem, size: usize) -> Option<Self> {
        let layers = problem.layers();
        let [_, hidden @ .., _] = layers.sizes() else { return None };
        let fits = !hidden.is_empty() && size > 1 && size <= GROUP_SIZE && !layers.shortcuts();
        fits.then(|| Self { size, hidden: hidden.to_vec(), share: problem.shared_by(size) })
    }

    /// Networks of a workgroup.
    pub(in super::super) fn network_count(&self) -> u32 {
        (GROUP_SIZE / self.size) as u32
    }

    /// Hidden layers whose units all units of the next hidden layer are fed by.
    fn spread_layers(&self) -> &[usize] {
        &self.hidden[..self.hidden.len() - 1]
    }

    /// Most quads that an invocation tells the others at once: the outputs', or one for each unit of a hidden layer.
    fn part_quads(&self) -> usize {
        let rows = self.spread_layers().iter().map(|units| units.next_multiple_of(self.size));
        rows.chain([self.share.layers().output_count()]).max().unwrap_or_default()
    }

    /// Bytes of workgroup memory.
    pub(in super::super) fn memory(&self) -> usize {
        let spread: usize = self.spread_layers().iter().map(|units| units.div_ceil(self.size)).sum();
        GROUP_SIZE * (16 * (self.part_quads() + spread) + 4) + 4
    }

    /// Steps of the loops in which an epoch's parts and words are gathered, at most.
    pub(in super::super) fn loop_steps(&self) -> u64 {
        let layers = self.share.layers().sizes();
        let totals: usize = layers[1..].iter().sum::<usize>() * self.share.examples().count();
        // Learning, judging and recording.
        (3 * totals * (self.size + 1) + self.size + 3 * (GROUP_SIZE + 1)) as u64
    }

    /// Which of a network's invocations have a unit of a hidden layer.
    pub(super) fn holders(&self, layer: usize, unit: usize) -> Holders {
        match self.hidden[layer] - unit * self.size {
            rest if rest < self.size => Holders::Below(rest),
            _ => Holders::All,
        }
    }

    /// Where each weight of a share lies in the pool, and what the optimizer remembers of it.
    pub(super) fn places(&self, problem: &Problem) -> Vec<Place> {
        let (whole, last) = (problem.layers().shapes(), self.hidden.len());
        let mut places = Vec::new();
        for (layer, shape) in whole.enumerate() {
            let units = |layer: usize| 0..self.hidden[layer].div_ceil(self.size);
            if layer < last {
                let columns = (0..=shape.fan_in).flat_map(|row| units(layer).map(move |unit| (row, unit)));
                places.extend(columns.map(|(row, unit)| {
                    let holders = self.holders(layer, unit);
                    Place { row: shape.position(row, unit * self.size), step: 1, holders }
                }));
            } else {
                let rows = units(last - 1).flat_map(|unit| (0..shape.fan_out).map(move |output| (unit, output)));
                places.extend(rows.map(|(unit, output)| {
                    let holders = self.holders(last - 1, unit);
                    Place { row: shape.position(unit * self.size, output), step: shape.fan_out, holders }
                }));
                places.extend((0..shape.fan_out).map(|output| Place {
                    row: shape.position(shape.fan_in, output),
                    step: 0,
                    holders: Holders::AllAlike,
                }));
            }
        }
        let blocks = (0..state_row_count(problem)).step_by(problem.layers().weight_count());
        blocks.flat_map(|block| places.iter().map(move |place| Place { row: block + place.row, ..*place })).collect()
    }

    /// `const` lines of the kernel.
    pub(in super::super) fn lines(&self) -> String {
        let mut text = String::new();
        for (name, value) in [
            ("GROUP_SIZE", GROUP_SIZE),
            ("TEAM_SIZE", self.size),
            ("TEAM_COUNT", GROUP_SIZE / self.size),
            ("PART_COUNT", GROUP_SIZE * self.part_quads()),
        ] {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "const {name} = {value}u;");
        }
        for (layer, units) in self.spread_layers().iter().enumerate() {
            let count = GROUP_SIZE * units.div_ceil(self.size);
            let _ = writeln!(text, "var<workgroup> units{layer}: array<vec4<f32>, {count}>;");
        }
        text
    }
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

/// One example's of four numbers.
pub(super) fn lane(quad: &str, example: usize) -> String {
    format!("{quad}.{}", ["x", "y", "z", "w"][example])
}

/// WGSL of up to four numbers.
pub(super) fn quad_of(numbers: &[String]) -> String {
    let four: Vec<&str> = numbers.iter().map(String::as_str).chain(["0.0"; 4]).take(4).collect();
    format!("vec4<f32>({})", four.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::spec::Spec;

    fn problem(task: &str, layers: &str, optimizer: &str) -> Problem {
        let (task, layers, optimizer) = (task.parse().unwrap(), layers.parse().unwrap(), optimizer.parse().unwrap());
        Spec { task, layers, optimizer, ..Spec::default() }.problem().unwrap()
    }

    /// Each number of a network is written by one of its invocations, and those that all have by all read.
    #[test]
    fn shares_make_up_a_network() {
        for (task, layers, optimizer, size) in [
            ("xor", "2,3,1", "gd", 2),
            ("xor", "2,8,1", "adam", 4),
            ("encoder:8", "8,5,8", "rmsprop", 4),
            ("xor", "2,5,8,3,1", "adam", 4),
        ] {
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
    fn hidden_layers_are_shared() {
        let of = |layers: &str, size: usize| Team::of(&problem("xor", layers, "gd"), size).map(|team| team.share);
        assert_eq!(of("2,48,1", 8).unwrap().layers().sizes(), [2, 6, 1]);
        assert_eq!(of("2,49,1", 8).unwrap().layers().sizes(), [2, 7, 1]);
        let deep = of("2,9,6,1", 4).unwrap();
        assert_eq!(deep.layers().sizes(), [2, 3, 2, 1]);
        // All of the first hidden layer's units feed those of the second that an invocation has.
        assert_eq!(deep.layers().shapes().map(|shape| shape.fan_in).collect::<Vec<_>>(), [2, 9, 2]);
        assert!(of("2,1", 2).is_none() && of("2,8,1", 1).is_none());
        let spec = Spec { shortcuts: true, ..Spec::default() };
        assert!(Team::of(&spec.problem().unwrap(), 2).is_none());
    }
}
