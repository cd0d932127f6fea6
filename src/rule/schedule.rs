//! How the learning rate changes from epoch to epoch.

use super::error::SpecError;
use super::keyword::{plain, positive, serde_as_text, unknown};

/// What learning rates are multiplied with in epoch e, counted from 1, of T.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// 1.
    #[default]
    Constant,
    /// The factor to the power of the number of whole periods, of so many epochs, before e.
    Step(u32, f64),
    /// The factor to the power of e - 1.
    Exponential(f64),
    /// (1 + cos(pi (e - 1)/T))/2.
    Cosine,
}

impl Schedule {
    /// One of each kind.
    pub const ALL: &'static [Self] = &[Self::Constant, Self::Step(10, 0.5), Self::Exponential(0.99), Self::Cosine];

    /// Most epochs of a training whose rates change: backends read their factors from a table.
    pub const EPOCH_LIMIT: u32 = 1 << 24;

    /// The factor of an epoch, counted from 1, of so many.
    pub fn factor(self, epoch: u32, epoch_count: u32) -> f64 {
        let before = epoch - 1;
        match self {
            Self::Constant => 1.0,
            Self::Step(period, factor) => factor.powf(f64::from(before / period)),
            Self::Exponential(factor) => factor.powf(f64::from(before)),
            Self::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * f64::from(before) / f64::from(epoch_count)).cos()),
        }
    }

    /// The same with another factor; `None` where it has none.
    pub fn with_factor(self, factor: f64) -> Option<Self> {
        match self {
            Self::Step(period, _) => Some(Self::Step(period, factor)),
            Self::Exponential(_) => Some(Self::Exponential(factor)),
            Self::Constant | Self::Cosine => None,
        }
    }

    /// The factors of all epochs as backends take them; nothing where they are all 1.
    pub(crate) fn table(self, epoch_count: u32) -> Vec<f32> {
        match self {
            Self::Constant => Vec::new(),
            _ => (1..=epoch_count).map(|epoch| self.factor(epoch, epoch_count) as f32).collect(),
        }
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Step(period, factor) => write!(f, "step:{period}:{}", plain(*factor)),
            Self::Exponential(factor) => write!(f, "exponential:{}", plain(*factor)),
            Self::Cosine => f.write_str("cosine"),
        }
    }
}

impl std::str::FromStr for Schedule {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let parts: Vec<&str> = text.trim().split(':').collect();
        match parts[..] {
            ["constant"] => Ok(Self::Constant),
            ["cosine"] => Ok(Self::Cosine),
            ["exponential", factor] => Ok(Self::Exponential(positive(factor, "--lr-schedule exponential:FACTOR")?)),
            ["step", period, factor] => match period.trim().parse() {
                Ok(period) if period > 0 => {
                    Ok(Self::Step(period, positive(factor, "--lr-schedule step:EPOCHS:FACTOR")?))
                }
                _ => Err(SpecError::new(format!(
                    "--lr-schedule step:EPOCHS:FACTOR takes a number of epochs from 1 on, but got {period:?}"
                ))),
            },
            _ => {
                Err(unknown("--lr-schedule", text, &["constant", "step:EPOCHS:FACTOR", "exponential:FACTOR", "cosine"]))
            }
        }
    }
}

serde_as_text!(Schedule);

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn factors_by_hand() {
        let factors = |schedule: Schedule| (1..=4).map(|epoch| schedule.factor(epoch, 4)).collect::<Vec<_>>();
        assert_eq!(factors(Schedule::Step(2, 0.5)), [1.0, 1.0, 0.5, 0.5]);
        assert_eq!(factors(Schedule::Exponential(0.5)), [1.0, 0.5, 0.25, 0.125]);
        let cosine = factors(Schedule::Cosine);
        assert!((cosine[1] - 0.853_553_390_593_273_7).abs() < 1e-15 && (cosine[2] - 0.5).abs() < 1e-15, "{cosine:?}");
        assert!(Schedule::Constant.table(9).is_empty());
    }
}
