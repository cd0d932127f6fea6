//! `basins power`: how many networks a question needs, before any is trained.

use crate::error::{Error, Result};
use crate::report::{power_json, power_text, pretty};
use crate::study::PowerQuestion;

use super::count::Count;
use super::ending::Ending;
use super::print::print;
use super::stamp::{as_typed, stamped};
use super::verb::{Example, Execute, Verb};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The share solved that is expected, as 0.94
    ///
    /// Or 94%; a guess will do, 0.5 needs most
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    rate: f64,

    /// Networks for an interval this wide?
    ///
    /// The 95% interval of the rate
    #[arg(long, value_name = "WIDTH", value_parser = share, allow_hyphen_values = true)]
    width: Option<f64>,

    /// Networks to find such a difference?
    ///
    /// Under each of two settings, whose rates differ by this much
    #[arg(long, value_name = "SIZE", value_parser = share, allow_hyphen_values = true)]
    difference: Option<f64>,

    /// How often it is to be found
    ///
    /// That difference, at the 5% level
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0.8", allow_hyphen_values = true)]
    power: f64,

    /// Share that fares differently, in a sweep
    ///
    /// Both settings train the same networks, and this share of them fares differently under the two
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true)]
    paired: Option<f64>,

    /// What do so many networks show?
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true)]
    nets: Option<Count>,

    /// Print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// A share, or a percentage.
fn share(text: &str) -> Result<f64> {
    let trimmed = text.trim();
    let (digits, unit) = trimmed.strip_suffix('%').map_or((trimmed, 1.0), |digits| (digits, 100.0));
    let number = digits.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let number = number.map(|number| number / unit);
    number.ok_or_else(|| Error::input(format!("a share is a number from 0 to 1, as 0.94 or 94%; got {text:?}")))
}

impl Execute for Args {
    const NAME: &'static str = "power";
    const ABOUT: &'static str = "Say how many networks a question needs, before any is trained";
    const EXAMPLES: &'static [Example] = &[
        ("power --rate 0.94 --width 0.001", "how many for an interval of that width"),
        ("power --rate 0.94 --difference 0.01", "how many under each of two settings"),
        ("power --rate 0.94 --nets 1e5", "what so many show"),
    ];

    fn execute(self, _verbs: &[Verb]) -> Result<Ending> {
        let question = PowerQuestion {
            rate: self.rate,
            width: self.width,
            difference: self.difference,
            power: self.power,
            paired: self.paired,
            networks: self.nets.map(|count| count.0),
        };
        let answer = question.answer()?;
        print(&if self.json { pretty(&stamped(power_json(&answer), as_typed())) } else { power_text(&answer) })?;
        Ok(Ending::Complete)
    }
}
