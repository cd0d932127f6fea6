//! One network: which, with which weights.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::outcome::read_weights;
use crate::seed::Starts;
use crate::spec::{Layers, Problem};

use super::count::Count;
use super::settings::Settings;

/// Which network, and what of its weights is changed.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct NetworkArgs {
    /// Index of the network
    ///
    /// Among those drawn by --seed or those of --weights-in
    #[arg(long, value_name = "INDEX", default_value = "0", allow_hyphen_values = true)]
    pub net: Count,

    /// Set a weight, as theta1[0,2]=1.5
    ///
    /// Or by position, as 4=1.5; repeatable
    #[arg(long, value_name = "WEIGHT=VALUE")]
    pub fix: Vec<String>,
}

impl NetworkArgs {
    /// Its starting weights, with those of `--fix` set.
    pub(super) fn start(&self, settings: &Settings, problem: &Problem) -> Result<Vec<f64>> {
        let mut weights = self.drawn(settings, problem)?;
        for (position, value) in self.fixed(problem.layers())? {
            weights[position] = value;
        }
        Ok(weights)
    }

    /// The weights that are set, by flat position.
    pub(super) fn fixed(&self, layers: &Layers) -> Result<Vec<(usize, f64)>> {
        let one = |text: &String| {
            let parts = text.rsplit_once('=');
            let value = parts.and_then(|(_, value)| value.trim().parse::<f64>().ok()).filter(|value| value.is_finite());
            let (Some((name, _)), Some(value)) = (parts, value) else {
                return Err(Error::input(format!("--fix takes WEIGHT=VALUE, as theta1[0,2]=1.5; got {text:?}")));
            };
            Ok((layers.weight_position(name)?, value))
        };
        self.fix.iter().map(one).collect()
    }

    /// The seed and the index that its orders depend on.
    pub(super) fn identity(&self, settings: &Settings) -> (u64, u64) {
        (settings.seed.map_or(0, |seed| seed.0), self.net.0)
    }

    /// Its weights as drawn or read.
    pub(super) fn drawn(&self, settings: &Settings, problem: &Problem) -> Result<Vec<f64>> {
        let Count(net) = self.net;
        let Some(path) = &settings.weights_in else {
            let starts = Starts::of(problem, settings.seed.map_or(0, |seed| seed.0));
            return Ok(starts.widened(net));
        };
        let weights = read_weights(path, problem.layers())?;
        if net >= weights.count() as u64 {
            return Err(Error::input(format!(
                "--net {net} is not in --weights-in {}, which holds networks 0 to {}",
                path.display(),
                weights.count() - 1
            )));
        }
        Ok(weights.network(net as usize))
    }
}
