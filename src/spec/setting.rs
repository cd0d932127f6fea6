//! A setting by its name and its text: what sweeps and maps change.

use super::{Activation, Activations, Auto, Betas, Layers, Rates, Spec, SpecError};

/// Settings that stand for a part of another one.
const PARTS: [&str; 7] = ["hidden", "init-width", "lrN", "beta1", "beta2", "slope", "lr-factor"];

impl Spec {
    /// The same spec with one setting changed, by the names of the command line without dashes in front. Besides those of
    /// the fields there are `hidden` (units of every hidden layer), `init-width` (the R of `uniform:R`, the S of
    /// `normal:S`), `lr1`, `lr2`, ... (the rate of one layer of weights), `beta1` and `beta2` (one of the betas), `slope` (of
    /// every `leaky-relu`) and `lr-factor` (of `lr-schedule`).
    ///
    /// ```
    /// use basins::spec::Spec;
    /// let spec = Spec::default().with("hidden", "8")?.with("lr2", "0.5")?;
    /// assert_eq!((spec.layers.to_string(), spec.lr.to_string()), ("2,8,1".into(), "0.1,0.5".into()));
    /// assert!(Spec::default().with("hiden", "8").unwrap_err().to_string().contains("did you mean hidden?"));
    /// # Ok::<(), basins::spec::SpecError>(())
    /// ```
    ///
    /// # Errors
    /// There is no such setting, or the text does not fit it.
    pub fn with(&self, name: &str, text: &str) -> Result<Self, SpecError> {
        let text = text.trim();
        match name {
            "hidden" => self.with_hidden(text),
            "init-width" => self.with_init_width(text),
            "beta1" => self.with_beta(0, name, text),
            "beta2" => self.with_beta(1, name, text),
            "slope" => self.with_slope(text),
            "lr-factor" => self.with_factor(text),
            _ => match name.strip_prefix("lr").map(str::parse::<usize>) {
                Some(Ok(layer)) => self.with_rate(layer, text),
                _ => self.with_field(name, text),
            },
        }
    }

    fn with_field(&self, name: &str, text: &str) -> Result<Self, SpecError> {
        let mut fields = serde_json::to_value(self).map_err(|error| SpecError::new(error.to_string()))?;
        let known: Vec<String> = fields
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys().cloned())
            .chain(PARTS.map(str::to_owned))
            .collect();
        let Some(field) = fields.get_mut(name) else {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(super::keyword::unknown("setting", name, &known));
        };
        let number = || finite(text);
        *field = match field {
            serde_json::Value::Number(_) if name == "epochs" => number().map_or(text.into(), |n| (n as u64).into()),
            // A rate may be one for each layer, which is text.
            serde_json::Value::Number(_) => number().map_or(text.into(), Into::into),
            serde_json::Value::Bool(_) => text.parse::<bool>().map_or(text.into(), Into::into),
            _ => text.into(),
        };
        // Examples that a program handed over have no text that says them.
        let read = |fields: &serde_json::Value| {
            let mut spec: Self = serde_json::from_value(fields.clone())?;
            if name != "task" {
                spec.task = self.task.clone();
            }
            Ok(spec)
        };
        // A word may stand where a number may, as auto does.
        let read = read(&fields).or_else(|error| match number() {
            Some(number) => {
                fields[name] = number.into();
                read(&fields).map_err(|_| error)
            }
            None => Err(error),
        });
        read.map_err(|error: serde_json::Error| {
            let reason = error.to_string();
            SpecError::new(if reason.contains(name) { reason } else { format!("{name}={text}: {reason}") })
        })
    }

    fn with_hidden(&self, text: &str) -> Result<Self, SpecError> {
        let units: usize = whole("hidden", text)?;
        let mut sizes = self.layers.sizes().to_vec();
        let last = sizes.len() - 1;
        if last < 2 {
            return Err(SpecError::new(format!("hidden={text}: --layers {} has no hidden layer", self.layers)));
        }
        sizes[1..last].fill(units);
        Ok(Self { layers: Layers::new(sizes)?, ..self.clone() })
    }

    fn with_init_width(&self, text: &str) -> Result<Self, SpecError> {
        if self.init.width().is_none() {
            return Err(SpecError::new(format!(
                "init-width={text}: --init {} has no width; use --init uniform:1 or --init normal:1",
                self.init
            )));
        }
        let form = self.init.to_string();
        let form = form.split(':').next().unwrap_or_default();
        Ok(Self { init: format!("{form}:{text}").parse()?, ..self.clone() })
    }

    fn with_beta(&self, place: usize, name: &str, text: &str) -> Result<Self, SpecError> {
        let own = self.betas.given().map(|betas| betas.0).or_else(|| self.optimizer.default_betas());
        let Some(mut betas) = own else {
            return Err(SpecError::new(format!("--optimizer {} has no {name}", self.optimizer)));
        };
        betas[place] = number(name, text)?;
        // The text's own check: from 0 to below 1.
        Ok(Self { betas: Auto::Of(Betas(betas).to_string().parse()?), ..self.clone() })
    }

    fn with_slope(&self, text: &str) -> Result<Self, SpecError> {
        let given = &self.activation;
        if given.values().iter().all(|activation| activation.parameter().is_none()) {
            return Err(SpecError::new(format!(
                "--activation {given} has no slope; use --activation leaky-relu:0.01,sigmoid"
            )));
        }
        let sloped = |activation: &Activation| match activation.parameter() {
            Some(_) => format!("{}:{text}", activation.name()).parse(),
            None => Ok(*activation),
        };
        let activations: Result<Vec<_>, SpecError> = given.values().iter().map(sloped).collect();
        Ok(Self { activation: Activations::new(activations?), ..self.clone() })
    }

    fn with_factor(&self, text: &str) -> Result<Self, SpecError> {
        let schedule = self.lr_schedule.with_factor(number("lr-factor", text)?).ok_or_else(|| {
            SpecError::new(format!(
                "--lr-schedule {} has no factor; use --lr-schedule exponential:0.999 or step:1000:0.5",
                self.lr_schedule
            ))
        })?;
        // The text's own check: above 0.
        Ok(Self { lr_schedule: schedule.to_string().parse()?, ..self.clone() })
    }

    fn with_rate(&self, layer: usize, text: &str) -> Result<Self, SpecError> {
        let layer_count = self.layers.sizes().len() - 1;
        if !(1..=layer_count).contains(&layer) {
            return Err(SpecError::new(format!(
                "lr{layer}: --layers {} has {layer_count} layers of weights: lr1 to lr{layer_count}",
                self.layers
            )));
        }
        let rate = number(&format!("lr{layer}"), text)?;
        let known = self.lr.values().len();
        if known != 1 && known != layer_count {
            self.lr.check(layer_count)?;
        }
        let mut rates: Vec<f64> = (0..layer_count).map(|at| self.lr.of_layer(at)).collect();
        rates[layer - 1] = rate;
        Ok(Self { lr: Rates::new(rates), ..self.clone() })
    }
}

fn number(name: &str, text: &str) -> Result<f64, SpecError> {
    finite(text).ok_or_else(|| SpecError::new(format!("{name} takes a number, got {text:?}")))
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn whole(name: &str, text: &str) -> Result<usize, SpecError> {
    // Points of a range may come as 4.0.
    let number = text.parse::<f64>().ok().filter(|number| number.fract() == 0.0 && (1.0..1e9).contains(number));
    number
        .map(|number| number as usize)
        .ok_or_else(|| SpecError::new(format!("{name} takes a whole number from 1 on, got {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_set_by_its_own_text() {
        let spec = Spec::default();
        for (name, text, expected) in [
            ("lr", "0.5", "0.5"),
            ("momentum", "0.9", "0.9"),
            ("loss", "mse", "mse"),
            ("epochs", "1e3", "1000"),
            ("shortcuts", "true", "true"),
            ("init", "uniform:2", "uniform:2"),
            ("layers", "2,5,1", "2,5,1"),
            ("lr", "0.1,0.2", "0.1,0.2"),
            ("epsilon", "1e-7", "1e-7"),
            ("betas", "0.8,0.9", "0.8,0.9"),
            ("update", "minibatch:8", "minibatch:8"),
            ("activation", "leaky-relu:0.2,sigmoid", "leaky-relu:0.2,sigmoid"),
            ("lr-schedule", "step:10:0.5", "step:10:0.5"),
            ("bias-init", "uniform:-1,1", "uniform:-1,1"),
            ("weight-decay", "0.01", "0.01"),
            ("judge", "end", "end"),
        ] {
            let changed = serde_json::to_value(spec.with(name, text).unwrap()).unwrap();
            let value = &changed[name];
            assert_eq!(value.as_str().map_or(value.to_string(), str::to_owned), expected, "{name}");
        }
    }

    #[test]
    fn wrong_settings_say_what_would_be_right() {
        let message = |name: &str, text: &str| Spec::default().with(name, text).unwrap_err().to_string();
        assert!(message("momentun", "1").contains("did you mean momentum?"));
        assert!(message("loss", "mce").contains("cross-entropy"), "{}", message("loss", "mce"));
        assert!(message("momentum", "much").contains("momentum"), "{}", message("momentum", "much"));
        assert!(message("hidden", "2.5").contains("whole number"));
        assert!(message("init-width", "2").contains("--init uniform:1"));
        assert!(message("lr3", "2").contains("lr1 to lr2"));
        assert!(message("lr1", "fast").contains("takes a number"));
        assert!(message("beta1", "0.5").contains("gd has no beta1"));
        assert!(message("slope", "0.5").contains("use --activation leaky-relu"));
        assert!(message("lr-factor", "0.5").contains("use --lr-schedule exponential"));
        let adam = Spec::default().with("optimizer", "adam").unwrap();
        assert!(adam.with("beta2", "1").unwrap_err().to_string().contains("below 1"));
        assert!(adam.with("beta2", "nan").unwrap_err().to_string().contains("takes a number"));
        let decaying = Spec::default().with("lr-schedule", "exponential:0.9").unwrap();
        assert!(decaying.with("lr-factor", "-1").unwrap_err().to_string().contains("above 0"));
    }

    #[test]
    fn a_part_of_a_setting_leaves_the_rest() {
        let changed = |settings: &[(&str, &str)], field: &str| {
            let spec = settings.iter().fold(Spec::default(), |spec, (name, text)| spec.with(name, text).unwrap());
            serde_json::to_value(spec).unwrap()[field].as_str().unwrap().to_owned()
        };
        let adam = ("optimizer", "adam");
        assert_eq!(changed(&[adam, ("beta1", "0.5")], "betas"), "0.5,0.999");
        assert_eq!(changed(&[adam, ("betas", "0.8,0.9"), ("beta2", "0.99")], "betas"), "0.8,0.99");
        let leaky = ("activation", "leaky-relu:0.2,sigmoid");
        assert_eq!(changed(&[leaky, ("slope", "0.3")], "activation"), "leaky-relu:0.3,sigmoid");
        assert_eq!(changed(&[("lr-schedule", "step:10:0.5"), ("lr-factor", "0.1")], "lr-schedule"), "step:10:0.1");
    }
}
