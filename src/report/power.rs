//! How many networks a question needs, as text and JSON.

use std::fmt::{Result, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::stats::LEVEL;
use crate::study::PowerAnswer;

use super::number::grouped;
use super::table::wrapped;

const SCHEMA: &str = "basins.power/1";

/// The summary of `basins power`.
pub fn power_text(answer: &PowerAnswer) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_power(&mut text, answer);
    text
}

fn write_power(text: &mut String, answer: &PowerAnswer) -> Result {
    let asked = &answer.question;
    writeln!(text, "At an expected rate of {}:", share(asked.rate))?;
    if let (Some(width), Some(networks)) = (asked.width, answer.for_width) {
        let words = format!("for a 95% interval {} wide", points(width));
        line(text, networks, &words)?;
        let until = "--until-width: up to 10% more, without knowing the rate";
        writeln!(text, "{:>20}   ({until})", "")?;
    }
    for (other, networks) in &answer.for_difference {
        let words = format!("under each of two settings to tell it from {}", share(*other));
        line(text, *networks, &words)?;
    }
    let rarer = asked.rarer();
    let solved = if asked.rate <= 0.5 { "solved" } else { "unsolved" };
    if let Some(networks) = answer.to_meet.filter(|_| rarer < 0.1) {
        line(text, networks, &format!("to meet at least one {solved} (probability 95%)"))?;
    }
    for (part, networks) in
        answer.for_relative.iter().filter(|_| asked.width.is_none() && answer.for_difference.is_empty())
    {
        let words = format!("to know the {solved} share, {}, to ±{:.0}% of itself", share(rarer), 100.0 * part);
        line(text, *networks, &words)?;
    }
    if let Some(shown) = &answer.shown {
        writeln!(text, "What {} networks show:", grouped(shown.networks))?;
        writeln!(text, "   a 95% interval {} wide", points(shown.width))?;
        let ends = [
            shown.lower.map(|rate| format!("{} or less", share(rate))),
            shown.higher.map(|rate| format!("{} or more", share(rate))),
        ];
        match ends.into_iter().flatten().reduce(|low, high| format!("{low}, {high}")) {
            Some(ends) => wrapped(text, "   ", &format!("told from it (as many under each setting): {ends}"))?,
            None => writeln!(text, "   no other rate is told from it")?,
        }
        writeln!(text, "   what none of them meets is rarer than {} (95%)", share(shown.unmet))?;
    }
    if !answer.for_difference.is_empty() || answer.shown.is_some() {
        let how = match asked.paired {
            Some(differ) => format!(
                "settings that train the same networks, of which {} fare differently, by McNemar's test",
                share(differ)
            ),
            None => "settings with networks of their own, by a two-sample score test; sweeps, which train the same \
                     networks, need fewer (--paired)"
                .to_owned(),
        };
        let words = format!("Told apart: found at the 5% level with probability {}, for {how}.", share(asked.power));
        wrapped(text, "", &words)?;
    }
    Ok(())
}

fn line(text: &mut String, networks: u64, words: &str) -> Result {
    wrapped(text, &format!("{:>20}   ", format!("{} networks", grouped(networks))), words)
}

/// A share as a percentage, to four digits.
fn share(share: f64) -> String {
    let percent = 100.0 * share;
    // Towards 100% the digits that count are those of what is missing.
    let scale = percent.min(100.0 - percent).max(1e-9);
    let digits = (3.0 - scale.log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{percent:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}%")
}

/// A width in percentage points.
fn points(width: f64) -> String {
    format!("{} percentage points", share(width).trim_end_matches('%'))
}

/// How many networks a question needs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PowerObject {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// The rate that is expected, from 0 to 1, as all shares here.
    rate: f64,
    /// Level of the intervals, and one less the level of the tests.
    level: f64,
    /// Probability with which a difference is to be found.
    power: f64,
    /// Share of networks that fare differently under two settings, where both train the same networks; else null.
    paired: Option<f64>,
    /// For an interval so wide; null if that is not asked.
    width: Option<ForWidth>,
    /// To find such a difference; null if that is not asked.
    difference: Option<ForDifference>,
    /// Share of the rarer of solved and unsolved.
    rarer_share: f64,
    /// Networks to meet at least one of the rarer ones with probability `level`; null where there is none.
    networks_to_meet_one: Option<u64>,
    /// Networks to know the rarer share to a part of itself.
    relative_half_width: Vec<ForPart>,
    /// What a number of networks shows; null if that is not asked.
    shown: Option<ShownObject>,
}

/// Networks for an interval.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ForWidth {
    /// The width asked for.
    asked: f64,
    /// Networks.
    networks: Option<u64>,
    /// How the interval is made.
    interval: &'static str,
}

/// Networks to find a difference.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ForDifference {
    /// The difference asked for.
    asked: f64,
    /// By which test.
    test: &'static str,
    /// Rates that lie so far away.
    other_rates: Vec<ForRate>,
}

/// Networks to tell another rate from the expected one.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ForRate {
    /// The other rate.
    rate: f64,
    /// Networks under each of the two settings.
    networks: u64,
}

/// Networks to know a share to a part of itself.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ForPart {
    /// Half the width of the interval, as a part of the share.
    part: f64,
    /// Networks.
    networks: u64,
}

/// What a number of networks shows.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ShownObject {
    /// Networks, under each setting where two are compared.
    networks: u64,
    /// Width of the interval of the rate.
    width: f64,
    /// The nearest rate below that is told from it; null if none is.
    lower_rate: Option<f64>,
    /// The nearest rate above that is told from it; null if none is.
    higher_rate: Option<f64>,
    /// What none of the networks meets is rarer than this.
    share_of_what_none_meets: f64,
}

/// The object of `basins power --json`, schema `basins.power/1`.
pub fn power_json(answer: &PowerAnswer) -> Value {
    let asked = &answer.question;
    let rates = answer.for_difference.iter().map(|(rate, networks)| ForRate { rate: *rate, networks: *networks });
    let parts = answer.for_relative.iter().map(|(part, networks)| ForPart { part: *part, networks: *networks });
    json!(PowerObject {
        schema: SCHEMA,
        rate: asked.rate,
        level: LEVEL,
        power: asked.power,
        paired: asked.paired,
        width: asked.width.map(|asked| ForWidth { asked, networks: answer.for_width, interval: "wilson" }),
        difference: asked.difference.map(|size| ForDifference {
            asked: size,
            test: if asked.paired.is_some() { "McNemar" } else { "two-sample score" },
            other_rates: rates.collect(),
        }),
        rarer_share: asked.rarer(),
        networks_to_meet_one: answer.to_meet,
        relative_half_width: parts.collect(),
        shown: answer.shown.map(|shown| ShownObject {
            networks: shown.networks,
            width: shown.width,
            lower_rate: shown.lower,
            higher_rate: shown.higher,
            share_of_what_none_meets: shown.unmet,
        }),
    })
}
