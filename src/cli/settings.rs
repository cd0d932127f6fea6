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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum OutputActivation {
    /// That of all other units.
    Same,
    Linear,
}

/// More threads than any machine has cores would only cost memory.
const THREAD_LIMIT: u64 = 1024;

/// The first paragraph of a setting is its line in `-h`; the string before it is its group in help.
///
/// How a setting is found: flag, then environment (`BASINS_` and its name), then the file of `--config`, then default.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $group:literal $([$($extra:tt)*])? $field:ident: $type:ty, $env:literal, $form:literal;)+) => {
        /// Settings as far as they are given.
        #[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(default, rename_all = "kebab-case")]
        pub(super) struct Settings {
            $(
                $(#[doc = $doc])+
                #[arg(long, env = $env, hide_env = true, value_name = $form, help_heading = $group, hide_possible_values = true, $($($extra)*)?)]
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
    /// What to learn, as parity:3 [default: xor]
    ///
    /// xor, and, or, parity:N, table:BITS, symmetry:N, encoder:N, spirals:N, csv:FILE, npz:FILE
    "Network" task: Task, "BASINS_TASK", "TASK";
    /// Units of each layer [default: 2,3,1]
    ///
    /// Inputs first, outputs last, with commas between
    "Network" layers: Layers, "BASINS_LAYERS", "SIZES";
    /// What units compute, as relu [default: sigmoid]
    ///
    /// sigmoid, tanh, relu, leaky-relu:S, elu, softplus, silu, gelu, sin, linear, softmax; or one for each layer of weights
    /// as in tanh,sigmoid, the last for the outputs
    "Network" activation: Activations, "BASINS_ACTIVATION", "NAME";
    /// Join the inputs to the last layer as well
    ///
    /// Past the hidden ones
    "Network" [num_args = 0..=1, require_equals = true, default_missing_value = "true"]
    shortcuts: bool, "BASINS_SHORTCUTS", "BOOL";
    /// on or off: biases stay at zero [default: on]
    "Network" bias: Bias, "BASINS_BIAS", "SWITCH";
    /// Earlier word for the last of --activation
    "Network" [hide = true] output_activation: OutputActivation, "BASINS_OUTPUT_ACTIVATION", "NAME";
    /// Defaults of keras, pytorch or sklearn
    ///
    /// Their starts, batch, rate, epsilon, ... for what is not given; says what it sets
    "Training" like: Framework, "BASINS_LIKE", "FRAMEWORK";
    /// What training lowers [default: cross-entropy]
    ///
    /// cross-entropy, mse or mae; with softmax outputs cross-entropy is that of classes
    "Training" loss: Loss, "BASINS_LOSS", "NAME";
    /// How weights move, as adam [default: gd]
    ///
    /// gd, nesterov, rmsprop, adagrad, adam, adamw, rprop
    "Training" optimizer: Optimizer, "BASINS_OPTIMIZER", "NAME";
    /// Learning rate, or one a layer [default: 0.1]
    ///
    /// One for each layer of weights as in 0.1,0.5; 0 keeps a layer as it starts
    "Training" [allow_hyphen_values = true] lr: Rates, "BASINS_LR", "RATE";
    /// How the rate changes [default: constant]
    ///
    /// constant, step:EPOCHS:FACTOR, exponential:FACTOR, cosine
    "Training" lr_schedule: Schedule, "BASINS_LR_SCHEDULE", "SCHEDULE";
    /// Momentum of gd and nesterov [default: 0]
    ///
    /// From 0 to below 1
    "Training" [allow_hyphen_values = true] momentum: f64, "BASINS_MOMENTUM", "M";
    /// Short for --optimizer nesterov
    ///
    /// Momentum with look-ahead
    "Training" [num_args = 0..=1, require_equals = true, default_missing_value = "true"]
    nesterov: bool, "BASINS_NESTEROV", "BOOL";
    /// Decay of running means [default: 0.9,0.999]
    ///
    /// What running means keep of themselves: of gradients, of their squares; rmsprop has 0.99
    "Training" betas: Auto<Betas>, "BASINS_BETAS", "B1,B2";
    /// Added to divisors [default: 1e-8]
    ///
    /// By the optimizer; adagrad has 1e-10
    "Training" epsilon: Auto<f64>, "BASINS_EPSILON", "NUMBER";
    /// Pull of all weights to zero [default: 0]
    ///
    /// This times the weight is added to each gradient, biases included; of adamw a step of its own
    "Training" [allow_hyphen_values = true] weight_decay: f64, "BASINS_WEIGHT_DECAY", "D";
    /// When weights move [default: batch-mean]
    ///
    /// batch-mean, batch-sum, online, online:shuffled, online:random, minibatch:K, minibatch:K:ordered
    "Training" update: Update, "BASINS_UPDATE", "WHEN";
    /// Starting weights, as he [default: tutorial]
    ///
    /// tutorial, uniform:R, uniform:LO,HI, normal:S, constant:C, xavier (keras), glorot-normal, he, he-uniform, lecun,
    /// lecun-uniform, pytorch, sklearn
    "Network" [allow_hyphen_values = true] init: Init, "BASINS_INIT", "INIT";
    /// Starting biases, as zero [default: same]
    ///
    /// same (as --init has them), zero, or any name of --init
    "Network" [allow_hyphen_values = true] bias_init: BiasInit, "BASINS_BIAS_INIT", "INIT";
    /// Targets for false and true [default: 0,1]
    "Network" [allow_hyphen_values = true] targets: Levels, "BASINS_TARGETS", "LO,HI";
    /// Inputs for false and true [default: 0,1]
    "Network" [allow_hyphen_values = true] inputs: Levels, "BASINS_INPUTS", "LO,HI";
    /// Most epochs of a network [default: 10000]
    "Training" [allow_hyphen_values = true] epochs: Count, "BASINS_EPOCHS", "COUNT";
    /// What counts as solved [default: max-error:0.1]
    ///
    /// max-error:X, sign, accuracy, sse:X, mse:X, rms:X, loss:X
    "Training" solved: Criterion, "BASINS_SOLVED", "CRITERION";
    /// When that is looked at [default: during]
    ///
    /// during each epoch, after it (by the weights at its end), or once at the end of training
    "Training" judge: Judge, "BASINS_JUDGE", "WHEN";
    /// retire, or continue training [default: retire]
    ///
    /// What a solved network does
    "Training" after_solved: AfterSolved, "BASINS_AFTER_SOLVED", "WHAT";
    /// How many networks, as 1e6 [default: 100000]
    ///
    /// Also 10M; with --weights-in all that are there, if nothing is said
    "Population" [allow_hyphen_values = true] nets: Count, "BASINS_NETS", "COUNT";
    /// Index of the first network [default: 0]
    "Population" [allow_hyphen_values = true] first: Count, "BASINS_FIRST", "INDEX";
    /// Train part K of N only, as 3/64
    ///
    /// A range of the networks, for `basins merge` to join; auto takes K and N from a Slurm array, auto/N the K of a
    /// Kubernetes indexed job
    "Population" shard: ShardChoice, "BASINS_SHARD", "K/N";
    /// Seed of the starts [default: 0]
    "Population" [allow_hyphen_values = true] seed: Count, "BASINS_SEED", "SEED";
    /// Who trains, as simd [default: auto]
    ///
    /// auto, fused, grouped, staged, simd, reference
    "Machine" backend: Choice, "BASINS_BACKEND", "NAME";
    /// f32 or f64, of CPU backends [default: f32]
    ///
    /// Of reference f64 by default. GPUs train in f32: with f64, and for a map of fine pixels, auto is simd
    "Machine" precision: Precision, "BASINS_PRECISION", "FORMAT";
    /// GPU by index or name; see `basins devices`
    ///
    /// Part of its name is enough
    "Machine" [allow_hyphen_values = true] device: String, "BASINS_DEVICE", "INDEX|NAME";
    /// Of a CPU backend [default: all cores]
    "Machine" [allow_hyphen_values = true] threads: Count, "BASINS_THREADS", "COUNT";
    /// How intervals are made [default: wilson]
    ///
    /// Those of rates: wilson (95% on average over rates), clopper-pearson (at least 95%, wider) or anytime (may be looked
    /// at after every network and acted upon, twice as wide)
    "Population" interval: RateMethod, "BASINS_INTERVAL", "METHOD";
    /// Starting weights from NumPy
    ///
    /// Arrays theta1, theta2, ... of shape (nets, fan_in+1, fan_out), or of one network without nets
    "Population" weights_in: PathBuf, "BASINS_WEIGHTS_IN", "FILE.npz";
    /// Where to write final weights
    "Output" weights_out: PathBuf, "BASINS_WEIGHTS_OUT", "FILE.npz";
    /// Folder for the results
    ///
    /// report.html, run.json, survival.csv and the rows, one a network
    "Output" out: PathBuf, "BASINS_OUT", "DIR";
    /// A name for the result
    ///
    /// Stands at the head of the summary and of the page, and in the object
    "Output" [allow_hyphen_values = true] label: String, "BASINS_LABEL", "TEXT";
}

impl Settings {
    /// Those of an object; what it does not name is not given.
    pub(super) fn deserialize_from(object: &serde_json::Value) -> Result<Self, serde_json::Error> {
        let names = Self::names();
        if let Some(unknown) = object.as_object().and_then(|fields| fields.keys().find(|name| !names.contains(name))) {
            return Err(serde::de::Error::custom(format!("there is no setting {unknown:?}")));
        }
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
