//! All settings of a training together, and what they are if nothing is said.

use serde::{Deserialize, Serialize};

use super::{Activations, Auto, Betas, Bias, Layers, Levels, Rates, Task};
use crate::rule::{Activation, AfterSolved, BiasInit, Criterion, Init, Judge, Loss, Optimizer, Schedule, Update};

/// Every setting of a training run that decides an outcome, apart from the seed and which networks are trained.
///
/// ```
/// use basins::spec::{Spec, Task};
/// let spec = Spec { task: "parity:3".parse()?, layers: "3,4,1".parse()?, ..Spec::default() };
/// let problem = spec.problem()?;
/// assert_eq!((problem.examples().count(), problem.layers().weight_count()), (8, 21));
/// # Ok::<(), basins::spec::SpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// What the networks are to learn.
    pub task: Task,
    /// Values that stand for false and true at the inputs of a truth table.
    pub inputs: Levels,
    /// Values that stand for false and true at the outputs of a truth table.
    pub targets: Levels,
    /// Units of each layer, inputs first.
    pub layers: Layers,
    /// Whether the inputs feed the last layer as well, past the hidden ones.
    pub shortcuts: bool,
    /// Whether units have biases.
    pub bias: Bias,
    /// Activation of every layer after the inputs; or one for each layer of weights, the last for the outputs.
    pub activation: Activations,
    /// What training minimises.
    pub loss: Loss,
    /// How a gradient becomes a step.
    pub optimizer: Optimizer,
    /// Learning rate, above 0; or one for each layer of weights, where 0 keeps a layer as it starts.
    pub lr: Rates,
    /// How the learning rate changes from epoch to epoch.
    pub lr_schedule: Schedule,
    /// Momentum of gradient descent, in [0, 1).
    pub momentum: f64,
    /// How much of themselves the optimizer's running means keep, in [0, 1).
    pub betas: Auto<Betas>,
    /// What the optimizer adds to divisors, above 0.
    pub epsilon: Auto<f64>,
    /// Weight decay: this times the weight, biases included, is added to the gradient of each update; of adamw, the rate
    /// times it is taken from the weight. At least 0.
    pub weight_decay: f64,
    /// When within an epoch the weights change.
    pub update: Update,
    /// How the starting weights are drawn.
    pub init: Init,
    /// How biases start.
    pub bias_init: BiasInit,
    /// Most epochs a network is trained, at least 1.
    pub epochs: u32,
    /// When a network counts as solved.
    pub solved: Criterion,
    /// When that is looked at.
    pub judge: Judge,
    /// What happens to a solved network.
    pub after_solved: AfterSolved,
}

impl Spec {
    /// The same network, task and loss with one plain step of gradient descent: what shows a gradient.
    pub(crate) fn probing(self) -> Self {
        let Self { optimizer, momentum, betas, epsilon, weight_decay, lr_schedule, update, judge, .. } =
            Self::default();
        Self { epochs: 1, optimizer, momentum, betas, epsilon, weight_decay, lr_schedule, update, judge, ..self }
    }
}

impl Default for Spec {
    /// The tutorial's XOR network.
    fn default() -> Self {
        Self {
            task: Task::Xor,
            inputs: Levels::BINARY,
            targets: Levels::BINARY,
            layers: Layers::tutorial(),
            shortcuts: false,
            bias: Bias::On,
            activation: Activation::Sigmoid.into(),
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Gd,
            lr: Rates::from(0.1),
            lr_schedule: Schedule::Constant,
            momentum: 0.0,
            betas: Auto::Auto,
            epsilon: Auto::Auto,
            weight_decay: 0.0,
            update: Update::BatchMean,
            init: Init::Tutorial,
            bias_init: BiasInit::Same,
            epochs: 10_000,
            solved: Criterion::MaxError(0.1),
            judge: Judge::During,
            after_solved: AfterSolved::Retire,
        }
    }
}
