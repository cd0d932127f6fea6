//! `--like`: what a framework takes where nothing is said.

use crate::error::{Error, Result};
use crate::spec::{Activation, Auto, Betas, Init, Loss, Optimizer, Order, Rates, Update};

use super::count::Count;
use super::framework::Framework;
use super::settings::Settings;

/// An optimizer's defaults: rate, momentum, betas, epsilon, weight decay; absent where they are ours.
type Row = (Optimizer, f64, Option<f64>, Option<[f64; 2]>, Option<f64>, Option<f64>);

/// Defaults of `keras.optimizers`.
const KERAS: &[Row] = &[
    (Optimizer::Rmsprop, 0.001, None, Some([0.0, 0.9]), Some(1e-7), None),
    (Optimizer::Gd, 0.01, None, None, None, None),
    (Optimizer::Nesterov, 0.01, None, None, None, None),
    (Optimizer::Adagrad, 0.001, None, None, Some(1e-7), None),
    (Optimizer::Adam, 0.001, None, Some([0.9, 0.999]), Some(1e-7), None),
    (Optimizer::Adamw, 0.001, None, Some([0.9, 0.999]), Some(1e-7), Some(0.004)),
];

/// Defaults of `torch.optim`.
const PYTORCH: &[Row] = &[
    (Optimizer::Gd, 0.001, None, None, None, None),
    (Optimizer::Nesterov, 0.001, None, None, None, None),
    (Optimizer::Rmsprop, 0.01, None, Some([0.0, 0.99]), Some(1e-8), None),
    (Optimizer::Adagrad, 0.01, None, None, Some(1e-10), None),
    (Optimizer::Adam, 0.001, None, Some([0.9, 0.999]), Some(1e-8), None),
    (Optimizer::Adamw, 0.001, None, Some([0.9, 0.999]), Some(1e-8), Some(0.01)),
    (Optimizer::Rprop, 0.01, None, None, None, None),
];

/// Defaults of `MLPClassifier`.
const SKLEARN: &[Row] = &[
    (Optimizer::Adam, 0.001, None, Some([0.9, 0.999]), Some(1e-8), None),
    (Optimizer::Nesterov, 0.001, Some(0.9), None, None, None),
    (Optimizer::Gd, 0.001, None, None, None, None),
];

impl Framework {
    fn optimizers(self) -> &'static [Row] {
        match self {
            Self::Keras => KERAS,
            Self::Pytorch => PYTORCH,
            Self::Sklearn => SKLEARN,
        }
    }

    /// What the framework would take for what these settings leave open.
    fn defaults(self, given: &Settings) -> Result<Settings> {
        let rows = self.optimizers();
        let optimizer = given.optimizer.unwrap_or(rows[0].0);
        let Some((_, rate, momentum, betas, epsilon, decay)) = rows.iter().find(|row| row.0 == optimizer) else {
            let names: Vec<&str> = rows.iter().map(|row| row.0.name()).collect();
            return Err(Error::input(format!(
                "--like {self} has no defaults for --optimizer {optimizer}; it has some for {}",
                names.join(", ")
            )));
        };
        // Steps along the gradient itself are half as long here, where a squared error is halved.
        let halved = given.loss == Some(Loss::Mse) && matches!(optimizer, Optimizer::Gd | Optimizer::Nesterov);
        let mut defaults = Settings {
            optimizer: Some(optimizer),
            lr: Some(Rates::from(if halved { 2.0 * rate } else { *rate })),
            momentum: *momentum,
            betas: betas.map(|betas| Auto::Of(Betas(betas))),
            epsilon: epsilon.map(Auto::Of),
            weight_decay: *decay,
            ..Settings::default()
        };
        let shuffled = |size| Some(Update::Minibatch(size, Order::Shuffled)).filter(|_| optimizer != Optimizer::Rprop);
        match self {
            Self::Keras => (defaults.init, defaults.update) = (Some(Init::Xavier), shuffled(32)),
            // Batches are what the caller makes of them: all examples, unless --update says otherwise.
            Self::Pytorch => defaults.init = Some(Init::Pytorch),
            Self::Sklearn => {
                (defaults.init, defaults.update) = (Some(Init::Sklearn), shuffled(200));
                defaults.epochs = Some(Count(200));
                let layers = given.layers.clone().unwrap_or(crate::spec::Spec::default().layers);
                let mut activations = vec![Activation::Relu; layers.sizes().len() - 1];
                if let Some(last) = activations.last_mut() {
                    *last = if layers.output_count() > 1 { Activation::Softmax } else { Activation::Sigmoid };
                }
                defaults.activation = Some(crate::spec::Activations::new(activations));
            }
        }
        Ok(defaults)
    }

    /// The settings with the framework's in their gaps, and in words what was set.
    pub(super) fn fill(self, given: Settings) -> Result<(Settings, String)> {
        let defaults = self.defaults(&given)?;
        let before = object(&given)?;
        let set = object(&defaults)?;
        let words: Vec<String> = set
            .iter()
            .filter(|(name, _)| !before.contains_key(*name))
            .map(|(name, value)| format!("--{name} {}", crate::spec::keyword::typed(value)))
            .collect();
        let mut text = format!("--like {self} sets {}", words.join(" "));
        if given.loss == Some(Loss::Mse) {
            text.push_str("; its mean squared error is twice ours: a rate of R there is --lr 2R here");
        }
        if self == Self::Sklearn {
            text.push_str("; its early stop and its decay (alpha) are left out");
        }
        Ok((given.or(defaults), text))
    }
}

fn object(settings: &Settings) -> Result<serde_json::Map<String, serde_json::Value>> {
    match serde_json::to_value(settings) {
        Ok(serde_json::Value::Object(object)) => Ok(object),
        _ => Err(Error::failure("settings are no object")),
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn gaps_are_filled_and_said() {
        let given = Settings { lr: Some(Rates::from(0.5)), optimizer: Some(Optimizer::Adam), ..Settings::default() };
        let (filled, text) = Framework::Keras.fill(given).unwrap();
        let spec = filled.spec().unwrap();
        assert_eq!((spec.lr, spec.init, spec.epsilon), (Rates::from(0.5), Init::Xavier, Auto::Of(1e-7)));
        assert!(
            text.contains("--init xavier") && text.contains("--update minibatch:32") && !text.contains("--lr "),
            "{text}"
        );
        let given = Settings { loss: Some(Loss::Mse), ..Settings::default() };
        let (filled, text) = Framework::Pytorch.fill(given).unwrap();
        assert_eq!(filled.spec().unwrap().lr, Rates::from(0.002), "{text}");
        let given = Settings { optimizer: Some(Optimizer::Rprop), ..Settings::default() };
        assert!(Framework::Keras.fill(given).unwrap_err().to_string().contains("no defaults for --optimizer rprop"));
        for like in Framework::value_variants() {
            let filled = like.fill(Settings::default()).unwrap().0;
            assert!(filled.spec().unwrap().problem().is_ok(), "{like}");
        }
    }
}
