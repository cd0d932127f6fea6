//! The settings that verbs share: one struct is command line, configuration file and environment.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::backend::{Choice, Open, Precision};
use crate::error::{Error, Result};
use crate::front::Run;
use crate::spec::{
    Activation, Activations, AfterSolved, Auto, Betas, Bias, BiasInit, Criterion, Init, Judge, Layers, Levels, Loss,
    Optimizer, Population, Rates, Schedule, Shard, Spec, Task, Update,
};
use crate::stats::RateMethod;

use super::count::Count;
use super::framework::Framework;
use super::shard::ShardChoice;

/// How earlier versions set the outputs' activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OutputActivation {
    /// That of all other units.
    Same,
    Linear,
}

/// More threads than any machine has cores would only cost memory.
const THREAD_LIMIT: u64 = 1024;

/// How a setting is found: flag, then environment (`BASINS_` and its name), then the file of `--config`, then default.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $([$($extra:tt)*])? $field:ident: $type:ty, $env:literal, $form:literal;)+) => {
        /// Settings as far as they are given.
        #[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct Settings {
            $(
                $(#[doc = $doc])+
                #[arg(long, env = $env, hide_env = true, value_name = $form, $($($extra)*)?)]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
        }

        impl Settings {
            /// These, and where they say nothing, those of `next`.
            pub(super) fn or(self, next: Self) -> Self {
                Self { $($field: self.$field.or(next.$field)),+ }
            }

            /// Names of all settings, as written in files.
            pub(super) fn names() -> Vec<String> {
                vec![$(stringify!($field).replace('_', "-")),+]
            }
        }
    };
}

settings! {
    /// keras, pytorch or sklearn: their defaults (starts, batch, rate, epsilon, ...) for what is not given; says what it sets
    like: Framework, "BASINS_LIKE", "FRAMEWORK";
    /// What to learn: xor, and, or, parity:N, table:BITS, symmetry:N, encoder:N, spirals:N, csv:FILE, npz:FILE
    /// [default: xor]
    task: Task, "BASINS_TASK", "TASK";
    /// Units of each layer, inputs first [default: 2,3,1]
    layers: Layers, "BASINS_LAYERS", "SIZES";
    /// sigmoid, tanh, relu, leaky-relu:S, elu, softplus, silu, gelu, sin, linear, softmax; or one for each layer of weights
    /// as in tanh,sigmoid, the last for the outputs [default: sigmoid]
    activation: Activations, "BASINS_ACTIVATION", "NAME";
    /// Join the inputs to the last layer as well, past the hidden ones
    [num_args = 0..=1, require_equals = true, default_missing_value = "true"]
    shortcuts: bool, "BASINS_SHORTCUTS", "BOOL";
    /// on or off: biases that start at zero and stay there [default: on]
    bias: Bias, "BASINS_BIAS", "SWITCH";
    /// Earlier word for the last of --activation
    [hide = true] output_activation: OutputActivation, "BASINS_OUTPUT_ACTIVATION", "NAME";
    /// cross-entropy, mse or mae; with softmax outputs cross-entropy is that of classes [default: cross-entropy]
    loss: Loss, "BASINS_LOSS", "NAME";
    /// gd, nesterov, rmsprop, adagrad, adam, adamw, rprop [default: gd]
    optimizer: Optimizer, "BASINS_OPTIMIZER", "NAME";
    /// Learning rate, or one for each layer of weights as in 0.1,0.5; 0 keeps a layer as it starts [default: 0.1]
    [allow_hyphen_values = true] lr: Rates, "BASINS_LR", "RATE";
    /// How the rate changes: constant, step:EPOCHS:FACTOR, exponential:FACTOR, cosine [default: constant]
    lr_schedule: Schedule, "BASINS_LR_SCHEDULE", "SCHEDULE";
    /// Momentum of gd and nesterov, from 0 to below 1 [default: 0]
    [allow_hyphen_values = true] momentum: f64, "BASINS_MOMENTUM", "M";
    /// Momentum with look-ahead: short for --optimizer nesterov
    [num_args = 0..=1, require_equals = true, default_missing_value = "true"]
    nesterov: bool, "BASINS_NESTEROV", "BOOL";
    /// What running means keep of themselves: of gradients, of their squares [default: 0.9,0.999; rmsprop 0.99]
    betas: Auto<Betas>, "BASINS_BETAS", "B1,B2";
    /// What the optimizer adds to divisors [default: 1e-8; adagrad 1e-10]
    epsilon: Auto<f64>, "BASINS_EPSILON", "NUMBER";
    /// This times the weight is added to each gradient, biases included; of adamw a step of its own [default: 0]
    [allow_hyphen_values = true] weight_decay: f64, "BASINS_WEIGHT_DECAY", "D";
    /// batch-mean, batch-sum, online, online:shuffled, online:random, minibatch:K, minibatch:K:ordered
    /// [default: batch-mean]
    update: Update, "BASINS_UPDATE", "WHEN";
    /// Starting weights: tutorial, uniform:R, uniform:LO,HI, normal:S, constant:C, xavier (keras), glorot-normal, he,
    /// he-uniform, lecun, lecun-uniform, pytorch, sklearn [default: tutorial]
    [allow_hyphen_values = true] init: Init, "BASINS_INIT", "INIT";
    /// Starting biases: same (as --init has them), zero, or any name of --init [default: same]
    [allow_hyphen_values = true] bias_init: BiasInit, "BASINS_BIAS_INIT", "INIT";
    /// Targets that stand for false and true [default: 0,1]
    [allow_hyphen_values = true] targets: Levels, "BASINS_TARGETS", "LO,HI";
    /// Inputs that stand for false and true [default: 0,1]
    [allow_hyphen_values = true] inputs: Levels, "BASINS_INPUTS", "LO,HI";
    /// Most epochs of a network [default: 10000]
    [allow_hyphen_values = true] epochs: Count, "BASINS_EPOCHS", "COUNT";
    /// When a network counts as solved: max-error:X, sign, accuracy, sse:X, mse:X, rms:X, loss:X [default: max-error:0.1]
    solved: Criterion, "BASINS_SOLVED", "CRITERION";
    /// When that is looked at: during each epoch, after it (by the weights at its end), or once at the end of training
    /// [default: during]
    judge: Judge, "BASINS_JUDGE", "WHEN";
    /// What a solved network does: retire or continue [default: retire]
    after_solved: AfterSolved, "BASINS_AFTER_SOLVED", "WHAT";
    /// How many networks; also 1e6, 10M [default: 100000, or all of --weights-in]
    [allow_hyphen_values = true] nets: Count, "BASINS_NETS", "COUNT";
    /// Index of the first network [default: 0]
    [allow_hyphen_values = true] first: Count, "BASINS_FIRST", "INDEX";
    /// Train part K of N only, as 3/64: a range of the networks, for `basins merge` to join; auto takes K and N from a Slurm
    /// array, auto/N the K of a Kubernetes indexed job
    shard: ShardChoice, "BASINS_SHARD", "K/N";
    /// Seed of the starts [default: 0]
    [allow_hyphen_values = true] seed: Count, "BASINS_SEED", "SEED";
    /// Who trains: auto, fused, grouped, staged, simd, reference [default: auto]
    backend: Choice, "BASINS_BACKEND", "NAME";
    /// f64 or f32, for --backend reference [default: f64]
    precision: Precision, "BASINS_PRECISION", "FORMAT";
    /// GPU by index or part of its name; see `basins devices`
    [allow_hyphen_values = true] device: String, "BASINS_DEVICE", "INDEX|NAME";
    /// Threads of a CPU backend [default: all cores]
    [allow_hyphen_values = true] threads: Count, "BASINS_THREADS", "COUNT";
    /// How intervals of rates are made: wilson (95% on average over rates), clopper-pearson (at least 95%, wider) or anytime
    /// (may be looked at after every network and acted upon, twice as wide) [default: wilson]
    interval: RateMethod, "BASINS_INTERVAL", "METHOD";
    /// Starting weights, arrays theta1, theta2, ... of shape (nets, fan_in+1, fan_out), or of one network without nets
    weights_in: PathBuf, "BASINS_WEIGHTS_IN", "FILE.npz";
    /// Where to write final weights
    weights_out: PathBuf, "BASINS_WEIGHTS_OUT", "FILE.npz";
    /// Folder for report.html, run.json, survival.csv and the rows, one a network
    out: PathBuf, "BASINS_OUT", "DIR";
}

impl Settings {
    /// Those of an object; what it does not name is not given.
    pub(super) fn deserialize_from(object: &serde_json::Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(object)
    }

    /// The spec, defaults filled in.
    pub(super) fn spec(&self) -> Result<Spec> {
        let default = Spec::default();
        let epochs = match self.epochs {
            None => default.epochs,
            Some(Count(epochs)) => u32::try_from(epochs)
                .map_err(|_| Error::input(format!("--epochs must be at most {}, but is {epochs}", u32::MAX)))?,
        };
        Ok(Spec {
            task: self.task.clone().unwrap_or(default.task),
            inputs: self.inputs.unwrap_or(default.inputs),
            targets: self.targets.unwrap_or(default.targets),
            layers: self.layers.clone().unwrap_or(default.layers),
            activation: self.activation()?,
            shortcuts: self.shortcuts.unwrap_or(default.shortcuts),
            bias: self.bias.unwrap_or(default.bias),
            loss: self.loss.unwrap_or(default.loss),
            optimizer: self.optimizer.unwrap_or(default.optimizer),
            lr: self.lr.clone().unwrap_or(default.lr),
            lr_schedule: self.lr_schedule.unwrap_or(default.lr_schedule),
            momentum: self.momentum.unwrap_or(default.momentum),
            betas: self.betas.unwrap_or(default.betas),
            epsilon: self.epsilon.unwrap_or(default.epsilon),
            weight_decay: self.weight_decay.unwrap_or(default.weight_decay),
            update: self.update.unwrap_or(default.update),
            init: self.init.unwrap_or(default.init),
            bias_init: self.bias_init.unwrap_or(default.bias_init),
            epochs,
            solved: self.solved.unwrap_or(default.solved),
            judge: self.judge.unwrap_or(default.judge),
            after_solved: self.after_solved.unwrap_or(default.after_solved),
        })
    }

    /// The activations, those of earlier files included: there the outputs' stood apart.
    fn activation(&self) -> Result<Activations> {
        let given = self.activation.clone().unwrap_or(Spec::default().activation);
        match (self.output_activation, given.values()) {
            (None | Some(OutputActivation::Same), _) => Ok(given),
            (Some(OutputActivation::Linear), [hidden]) => {
                let layers = self.layers.clone().unwrap_or(Spec::default().layers);
                let mut activations = vec![*hidden; layers.sizes().len() - 1];
                if let Some(last) = activations.last_mut() {
                    *last = Activation::Linear;
                }
                Ok(Activations::new(activations))
            }
            _ => Err(Error::input(format!(
                "--output-activation is the last of --activation, which is given as {given}; leave it out"
            ))),
        }
    }

    /// The same without settings that have another form by now, and what to write in their place.
    pub(super) fn modernised(mut self) -> Result<(Self, Option<String>)> {
        if self.nesterov.take() == Some(true) {
            let given = self.optimizer.unwrap_or(Spec::default().optimizer);
            match given.looking_ahead() {
                Some(optimizer) => self.optimizer = Some(optimizer),
                None => {
                    return Err(Error::input(format!("--nesterov is for gradient descent, not --optimizer {given}")));
                }
            }
        }
        if self.output_activation.is_none() {
            return Ok((self, None));
        }
        let now = self.activation()?;
        let advice = format!("warning: --output-activation is now part of --activation: write --activation {now}");
        Ok((Self { activation: Some(now), output_activation: None, ..self }, Some(advice)))
    }

    /// Which part of the work, if not all of it.
    pub(super) fn shard(&self) -> Option<Shard> {
        match self.shard {
            Some(ShardChoice::Given(shard)) => Some(shard),
            _ => None,
        }
    }

    /// Which networks, whether all are trained here or a part of them.
    pub(super) fn population(&self, default_count: u64) -> Result<Population> {
        let or = |given: Option<Count>, default| given.map_or(default, |Count(count)| count);
        Ok(Population::new(or(self.first, 0), or(self.nets, default_count), or(self.seed, 0))?)
    }

    /// A run of these networks, by a backend that is opened so.
    pub(super) fn run(&self, spec: Spec, open: Open) -> Run<'static> {
        let count = |given: Option<Count>| given.map(|Count(count)| count);
        let run = Run::new(spec).open_with(open).interval(self.interval.unwrap_or_default());
        let run = run.first(count(self.first).unwrap_or(0)).seed(count(self.seed).unwrap_or(0));
        let run = count(self.nets).into_iter().fold(run, Run::nets);
        self.shard().into_iter().fold(run, Run::shard)
    }

    /// How the backend is to be opened.
    pub(super) fn open(&self, require_gpu: bool) -> Result<Open> {
        let threads = thread_count(self.threads)?;
        Ok(Open {
            choice: self.backend.unwrap_or_default(),
            precision: self.precision,
            threads,
            device: self.device.clone(),
            require_gpu,
            workgroup_size: None,
        })
    }
}

/// Threads as far as they are given.
pub(super) fn thread_count(given: Option<Count>) -> Result<Option<usize>> {
    match given {
        Some(Count(threads)) if !(1..=THREAD_LIMIT).contains(&threads) => {
            Err(Error::input(format!("--threads must be from 1 to {THREAD_LIMIT}, but is {threads}")))
        }
        threads => Ok(threads.map(|Count(threads)| threads as usize)),
    }
}
