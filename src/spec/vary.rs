//! Ranges of a setting: what a sweep goes through and a map spreads out.

use super::SpecError;

/// A setting and the values that it takes: `lr=0.01..10:log:7`, `loss=cross-entropy,mse`, `momentum=0..0.9:random:50`.
#[derive(Clone, Debug, PartialEq)]
pub struct Vary {
    /// Name of the setting, as [`Spec::with`](super::Spec::with) knows it.
    pub name: String,
    /// Its values.
    pub values: VariedValues,
}

/// The values of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum VariedValues {
    /// These, as written.
    List(Vec<String>),
    /// A range with so many points, ends included.
    Grid(Range, usize),
    /// So many points of a range, drawn by the seed; settings drawn together share their points.
    Random(Range, usize),
}

/// Numbers between two ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Smallest.
    pub low: f64,
    /// Largest.
    pub high: f64,
    /// Whether factors are equal steps.
    pub log: bool,
}

impl Range {
    /// The number at a share of the way, from 0 to 1.
    pub fn at(self, share: f64) -> f64 {
        match (self.log, share) {
            (_, 0.0) => self.low,
            (_, 1.0) => self.high,
            (true, share) => self.low * (self.high / self.low).powf(share),
            (false, share) => self.low + share * (self.high - self.low),
        }
    }

    /// Where a number lies: 0 at the low end, 1 at the high end; NaN where the range has no such number.
    pub fn place(self, number: f64) -> f64 {
        match self.log {
            true => (number / self.low).ln() / (self.high / self.low).ln(),
            false => (number - self.low) / (self.high - self.low),
        }
    }

    /// Reads `0.01..10`.
    pub(super) fn parse(text: &str, log: bool) -> Option<Self> {
        let (low, high) = text.split_once("..")?;
        let number = |part: &str| part.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let range = Self { low: number(low)?, high: number(high)?, log };
        (range.low < range.high && (!log || range.low > 0.0)).then_some(range)
    }
}

impl Vary {
    /// Most values of one setting.
    pub const LIMIT: usize = 100_000;

    /// The values as text, for those that are not drawn.
    pub fn texts(&self) -> Option<Vec<String>> {
        match &self.values {
            VariedValues::List(texts) => Some(texts.clone()),
            VariedValues::Grid(range, count) => {
                let share = |at: usize| if *count == 1 { 0.0 } else { at as f64 / (*count - 1) as f64 };
                Some((0..*count).map(|at| short(range.at(share(at)), if *count > 100 { 6 } else { 4 })).collect())
            }
            VariedValues::Random(..) => None,
        }
    }

    /// Whether every value is a number, and its axis logarithmic.
    pub fn is_numeric(&self) -> bool {
        match &self.values {
            VariedValues::List(texts) => texts.iter().all(|text| text.parse::<f64>().is_ok_and(f64::is_finite)),
            VariedValues::Grid(..) | VariedValues::Random(..) => true,
        }
    }

    /// Whether factors are equal steps: said so, or a list of positive numbers over more than a factor of ten.
    pub fn is_log(&self) -> bool {
        match &self.values {
            VariedValues::Grid(range, _) | VariedValues::Random(range, _) => range.log,
            VariedValues::List(texts) => {
                let numbers: Vec<f64> = texts.iter().filter_map(|text| text.parse().ok()).collect();
                let (low, high) =
                    numbers.iter().fold((f64::INFINITY, 0f64), |(low, high), n| (low.min(*n), high.max(*n)));
                self.is_numeric() && low > 0.0 && high / low > 10.0
            }
        }
    }
}

/// A number with no more digits than a setting needs: so many significant ones.
pub(crate) fn short(value: f64, digits: usize) -> String {
    format!("{value:.*e}", digits - 1).parse::<f64>().unwrap_or(value).to_string()
}

impl std::fmt::Display for Vary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let log = |range: &Range| if range.log { ":log" } else { "" };
        match &self.values {
            // A single value with commas in it keeps a semicolon at its end, or it would be several.
            VariedValues::List(texts) if texts.iter().any(|text| text.contains(',')) => {
                let end = if texts.len() == 1 { ";" } else { "" };
                write!(f, "{}={}{end}", self.name, texts.join(";"))
            }
            VariedValues::List(texts) => write!(f, "{}={}", self.name, texts.join(",")),
            VariedValues::Grid(range, count) => {
                write!(f, "{}={}..{}{}:{count}", self.name, range.low, range.high, log(range))
            }
            VariedValues::Random(range, count) => {
                write!(f, "{}={}..{}{}:random:{count}", self.name, range.low, range.high, log(range))
            }
        }
    }
}

impl std::str::FromStr for Vary {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let fail = |what: &str| {
            SpecError::new(format!(
                "--vary {text}: {what}; write NAME=A,B,C or NAME=LOW..HIGH:COUNT, with :log and :random between if wanted, \
                 as lr=0.01..10:log:7"
            ))
        };
        let (name, values) = text.split_once('=').ok_or_else(|| fail("has no ="))?;
        let name = name.trim().trim_start_matches('-').to_owned();
        if name.is_empty() {
            return Err(fail("has no name before ="));
        }
        // The path in task=csv:../file.csv is no range.
        let is_range = values.contains("..") && !values.trim_start().starts_with(char::is_alphabetic);
        if !is_range {
            // Lists of lists, as layers=2,3,1;2,8,1, are parted by semicolons.
            let separator = if values.contains(';') { ';' } else { ',' };
            let values = values.trim_end().strip_suffix(';').unwrap_or(values);
            let texts: Vec<String> = values.split(separator).map(|text| text.trim().to_owned()).collect();
            if texts.iter().any(String::is_empty) {
                return Err(fail("has an empty value"));
            }
            return Ok(Self { name, values: VariedValues::List(texts) });
        }
        let mut parts = values.split(':');
        let ends = parts.next().unwrap_or_default();
        let (mut log, mut random, mut count) = (false, false, None);
        for part in parts {
            match part.trim() {
                "log" => log = true,
                "lin" | "linear" => log = false,
                "random" => random = true,
                number => count = Some(number.parse::<usize>().map_err(|_| fail("has no whole number of points"))?),
            }
        }
        let count = count.ok_or_else(|| fail("does not say how many points"))?;
        if !(1..=Self::LIMIT).contains(&count) {
            return Err(fail(&format!("takes 1 to {} points", Self::LIMIT)));
        }
        let needs =
            if log { "a range of numbers above 0, the smaller first" } else { "a range of numbers, the smaller first" };
        let range = Range::parse(ends, log).ok_or_else(|| fail(&format!("needs {needs}")))?;
        Ok(Self {
            name,
            values: if random { VariedValues::Random(range, count) } else { VariedValues::Grid(range, count) },
        })
    }
}

super::keyword::serde_as_text!(Vary);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_lists_are_read_and_printed() {
        let texts = |text: &str| text.parse::<Vary>().unwrap().texts();
        assert_eq!(texts("lr=0.01..10:log:4").unwrap(), ["0.01", "0.1", "1", "10"]);
        assert_eq!(texts("momentum=0..0.9:4").unwrap(), ["0", "0.3", "0.6", "0.9"]);
        assert_eq!(texts("loss=cross-entropy,mse").unwrap(), ["cross-entropy", "mse"]);
        assert_eq!(texts("layers=2,3,1;2,8,1").unwrap(), ["2,3,1", "2,8,1"]);
        assert_eq!(texts("lr=1..2:random:5"), None);
        assert_eq!(texts("task=csv:../a.csv,xor").unwrap(), ["csv:../a.csv", "xor"]);
        assert_eq!(texts("layers=2,3,1;").unwrap(), ["2,3,1"]);
        let written = ["lr=0.01..10:log:7", "hidden=2,3,4", "momentum=0..0.9:random:50"];
        for text in written.into_iter().chain(["layers=2,3,1;2,8,1", "lr=0.1,0.5;1", "layers=2,3,1;"]) {
            assert_eq!(text.parse::<Vary>().unwrap().to_string(), text);
        }
        assert!("hidden=2,30".parse::<Vary>().unwrap().is_log() && !"hidden=2,3".parse::<Vary>().unwrap().is_log());
    }

    #[test]
    fn wrong_ranges_say_what_is_wrong() {
        let message = |text: &str| text.parse::<Vary>().unwrap_err().to_string();
        for (text, part) in [
            ("lr", "no ="),
            ("=1", "no name"),
            ("lr=1..2", "how many points"),
            ("lr=2..1:3", "the smaller first"),
            ("lr=0..1:log:3", "above 0"),
            ("lr=1..2:0", "1 to 100000"),
            ("lr=1..2:many", "whole number of points"),
            ("loss=mse,", "empty value"),
            ("layers=;", "empty value"),
        ] {
            assert!(message(text).contains(part), "{text}: {}", message(text));
        }
    }
}
