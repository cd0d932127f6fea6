//! A problem as the kernels need it: tables in either precision, padded to whole blocks of examples.

use crate::rule::vector::{Given, Lane, Table};
use crate::rule::{Judgement, Optimize, Tuning, with_optimizer};
use crate::seed::Orders;
use crate::spec::{Activation, Bias, Judge, LayerShape, Loss, Optimizer, Problem};

/// Examples of one block side by side: what the first layer does with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockForm {
    /// One example at a time, each lane with one of its own, for updates within an epoch and for tasks of one or two examples.
    Single,
    /// Two examples, likewise, for updates after an even number of examples.
    Two,
    /// Any four examples.
    Four,
    /// Four examples that are all values of the last two inputs of a truth table.
    Tree4,
    /// Eight examples that are all values of the last three inputs of a truth table.
    Tree8,
}

impl BlockForm {
    /// Examples in a block.
    pub(super) fn block(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Two => 2,
            Self::Four | Self::Tree4 => 4,
            Self::Tree8 => 8,
        }
    }

    fn is_tree(self) -> bool {
        matches!(self, Self::Tree4 | Self::Tree8)
    }
}

/// A problem for the kernels.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) shapes: Vec<LayerShape>,
    /// Units of each layer, inputs first.
    pub(super) sizes: Vec<usize>,
    /// For each layer after the inputs, how many units lie in the layers between.
    pub(super) unit_offsets: Vec<usize>,
    /// Units after the inputs.
    pub(super) unit_count: usize,
    pub(super) weight_count: usize,
    pub(super) form: BlockForm,
    /// Examples, without padding.
    pub(super) example_count: usize,
    /// `[example][input]`, zeros after the last example up to a whole block.
    inputs: Table,
    /// `[example][output]`, likewise.
    targets: Table,
    /// Of a truth table, the inputs' value for false and the distance to that for true.
    pub(super) low: Given,
    pub(super) span: Given,
    /// Activation of each layer after the inputs.
    pub(super) units: Vec<Activation>,
    /// Which of these go over a layer's sums in a loop of their own.
    pub(super) has_own_loop: Vec<bool>,
    /// Whether one output unit is all that the only hidden layer feeds, and innermost loops hold both layers' functions.
    pub(super) is_shallow: bool,
    pub(super) loss: Loss,
    /// What the outputs that epochs compute are held against.
    pub(super) judgement: Judgement,
    /// The criterion.
    pub(super) criterion: Judgement,
    /// When that is looked at.
    pub(super) judge: Judge,
    /// Whether a step is a gradient times one rate a layer, and no more.
    pub(super) is_plain: bool,
    /// Whether it is one with whatever else gradient descent has: momentum, decay, a schedule, biases that stay.
    pub(super) descends: bool,
    pub(super) optimizer: Optimizer,
    /// Numbers that it remembers of each weight.
    pub(super) memory_count: usize,
    /// As lanes take it: epsilon, and decay that is a step of its own, by what gradients are multiplied with.
    pub(super) tuning: Tuning,
    /// What part of a weight is added to its gradient.
    pub(super) decay: Given,
    /// What rates are multiplied with in each epoch; empty where they are constant.
    pub(super) schedule: Vec<f32>,
    /// Whether weights move within an epoch, after how many examples, and what gradients of a last update of fewer are
    /// multiplied with.
    pub(super) moves: bool,
    pub(super) batch: usize,
    pub(super) last_weight: Given,
    pub(super) orders: Orders,
    /// Where each lane has examples of its own: 1 where all of them have room in memory, 0 where they take turns.
    pub(super) example_stride: usize,
    /// Share of a gradient summed over examples that counts: 1/m or 1.
    pub(super) share: f64,
    /// Learning rate of each layer of weights, and momentum, where a network brings none of its own.
    pub(super) rates: Vec<f64>,
    pub(super) momentum: f64,
    /// Whether biases learn like other weights.
    pub(super) trains_biases: bool,
    pub(super) epochs: u32,
    pub(super) retires: bool,
}

impl Net {
    /// Numbers of examples that have room of their own in memory, a vector each.
    const ROOM: usize = 1 << 13;

    /// `all_forms` says whether there are kernels for more forms than single examples and blocks of any four.
    pub(super) fn new(problem: &Problem, all_forms: bool, seed: u64) -> Self {
        let (spec, examples, layers) = (problem.spec(), problem.examples(), problem.layers());
        let shapes: Vec<LayerShape> = layers.shapes().collect();
        let sizes = layers.sizes().to_vec();
        let mut unit_count = 0;
        let unit_offsets = sizes[1..]
            .iter()
            .map(|size| {
                unit_count += size;
                unit_count - size
            })
            .collect();
        let moves = spec.update.moves_within();
        let truth_table = truth_table(problem).filter(|_| all_forms);
        let batch = spec.update.batch_size(examples.count());
        let form = match (examples.count(), truth_table) {
            _ if moves && all_forms && batch.is_multiple_of(2) => BlockForm::Two,
            (count, _) if moves || count < 3 => BlockForm::Single,
            (4, Some(_)) => BlockForm::Tree4,
            (8.., Some(_)) => BlockForm::Tree8,
            _ => BlockForm::Four,
        };
        let (low, span) = truth_table.filter(|_| form.is_tree()).unwrap_or((0.0, 1.0));
        let (low, span) = (Given::new(low), Given::new(span));
        let units: Vec<Activation> = (0..shapes.len()).map(|layer| spec.activation.of_layer(layer)).collect();
        let criterion = problem.standard().judgement();
        let descends = with_optimizer!(spec.optimizer, Row => Row::IS_PLAIN);
        let padded = examples.count().next_multiple_of(form.block());
        let table = |values: &[f64], width: usize| {
            let mut table = values.to_vec();
            table.resize(padded * width, 0.0);
            Table::new(table)
        };
        Self {
            unit_offsets,
            unit_count,
            weight_count: layers.weight_count(),
            form,
            example_count: examples.count(),
            inputs: table(examples.inputs(), sizes[0]),
            targets: table(examples.targets(), layers.output_count()),
            low,
            span,
            has_own_loop: units.iter().map(|unit| !unit.is_inlined()).collect(),
            is_shallow: shapes.len() == 2
                && shapes[1].fan_out == 1
                && shapes[1].shortcut == 0
                && units.iter().all(|unit| unit.is_inlined()),
            units,
            loss: problem.loss(),
            judgement: if spec.judge == Judge::During { criterion } else { Judgement::NEVER },
            criterion,
            judge: spec.judge,
            descends,
            is_plain: descends
                && spec.momentum == 0.0
                && problem.gradient_decay() == 0.0
                && layers.bias() == Bias::On
                && spec.lr_schedule.table(1).is_empty(),
            optimizer: spec.optimizer,
            memory_count: spec.optimizer.state_count(spec.momentum),
            tuning: lane_tuning(problem),
            decay: Given::new(problem.gradient_decay()),
            schedule: spec.lr_schedule.table(spec.epochs),
            moves,
            batch,
            last_weight: Given::new(spec.update.last_weight(examples.count())),
            orders: Orders::new(spec.update.order(), examples.count(), seed),
            example_stride: usize::from(!moves || examples.inputs().len() + examples.targets().len() <= Self::ROOM),
            share: problem.share(),
            rates: (0..shapes.len()).map(|layer| spec.lr.of_layer(layer)).collect(),
            momentum: spec.momentum,
            trains_biases: layers.bias() == Bias::On,
            epochs: spec.epochs,
            retires: problem.retires(),
            shapes,
            sizes,
        }
    }

    #[inline(always)]
    pub(super) fn input<L: Lane>(&self, at: usize) -> L {
        let inputs = L::table(&self.inputs);
        debug_assert!(at < inputs.len());
        // SAFETY: kernels go through whole blocks of examples, and the table is padded to those.
        unsafe { *inputs.get_unchecked(at) }
    }

    #[inline(always)]
    pub(super) fn target<L: Lane>(&self, at: usize) -> L {
        let targets = L::table(&self.targets);
        debug_assert!(at < targets.len());
        // SAFETY: as above.
        unsafe { *targets.get_unchecked(at) }
    }

    /// What the optimizer multiplies a layer's gradients with.
    pub(super) fn step(&self, rate: f64) -> f64 {
        with_optimizer!(self.optimizer, Row => rate * Row::gain(&self.tuning, self.share))
    }

    /// Examples that have room, where each lane has its own.
    pub(super) fn room(&self) -> usize {
        match (self.form, self.example_stride) {
            (BlockForm::Single | BlockForm::Two, 0) => self.form.block(),
            (BlockForm::Single | BlockForm::Two, _) => self.example_count.next_multiple_of(self.form.block()),
            _ => 0,
        }
    }
}

/// The optimizer's numbers for lanes.
fn lane_tuning(problem: &Problem) -> Tuning {
    let (own, share) = (problem.tuning(), problem.share());
    with_optimizer!(problem.spec().optimizer, Row => Tuning {
        epsilon: Row::lane_epsilon(&own, share),
        decay: own.decay / Row::gain(&own, share),
        ..own
    })
}

/// (low, span) if the examples are all rows of a truth table in counting order, the first input the most significant.
fn truth_table(problem: &Problem) -> Option<(f64, f64)> {
    let examples = problem.examples();
    let input_count = examples.input_count();
    if input_count >= 32 || examples.count() != 1 << input_count {
        return None;
    }
    let (low, high) = (examples.inputs()[0], examples.inputs()[examples.inputs().len() - 1]);
    let holds = (0..examples.count()).all(|row| {
        let bits = (0..input_count).rev().map(|bit| if row >> bit & 1 == 1 { high } else { low });
        bits.eq(examples.input(row).iter().copied())
    });
    holds.then_some((low, high - low))
}
