//! An axis: a range of numbers, how they are spaced, and where its ticks lie.

/// A quantity along a side of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with its unit.
    pub label: String,
    /// Smallest number.
    pub low: f64,
    /// Largest number.
    pub high: f64,
    /// Whether factors are equal steps.
    pub log: bool,
}

impl Axis {
    /// Even steps.
    pub fn linear(label: impl Into<String>, low: f64, high: f64) -> Self {
        Self { label: label.into(), low, high, log: false }
    }

    /// Equal factors; both ends above 0.
    pub fn log(label: impl Into<String>, low: f64, high: f64) -> Self {
        Self { label: label.into(), low, high, log: true }
    }

    /// Around numbers, with a margin; log where asked for and possible.
    pub fn around(label: impl Into<String>, numbers: impl IntoIterator<Item = f64>, log: bool) -> Self {
        let usable = numbers.into_iter().filter(|number| number.is_finite() && (!log || *number > 0.0));
        let (low, high) =
            usable.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)));
        if low > high {
            return if log { Self::log(label, 0.1, 1.0) } else { Self::linear(label, 0.0, 1.0) };
        }
        if log {
            let margin = (high / low).powf(0.03).max(1.05);
            return Self::log(label, low / margin, high * margin);
        }
        let margin = if high > low { 0.04 * (high - low) } else { 0.5 * high.abs().max(1.0) };
        Self::linear(label, low - margin, high + margin)
    }

    /// The same with its ends moved out to the nearest ticks, where they are near; log axes stay.
    #[must_use]
    pub fn rounded(self) -> Self {
        let ticks = self.ticks(6);
        if self.log || ticks.len() < 2 {
            return self;
        }
        let step = ticks[1].0 - ticks[0].0;
        let outwards = |number: f64, round: fn(f64) -> f64| {
            let end = step * round(number / step);
            if (end - number).abs() < 0.3 * step { end } else { number }
        };
        Self { low: outwards(self.low, f64::floor), high: outwards(self.high, f64::ceil), ..self }
    }

    /// Where a number lies: 0 at the low end, 1 at the high end.
    pub fn place(&self, number: f64) -> f64 {
        if self.log {
            (number / self.low).ln() / (self.high / self.low).ln()
        } else {
            (number - self.low) / (self.high - self.low)
        }
    }

    /// Numbers to mark, at most about so many, and how they are written.
    pub fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        let decades = (self.high / self.low).log10();
        if self.log && decades >= 1.0 { self.decade_ticks(most, decades) } else { self.even_ticks(most) }
    }

    fn even_ticks(&self, most: usize) -> Vec<(f64, String)> {
        let span = self.high - self.low;
        if span <= 0.0 || !span.is_finite() {
            return vec![(self.low, written(self.low, 3))];
        }
        let rough = span / most.max(2) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough * 0.999);
        let step = step.unwrap_or(10.0 * power);
        let decimals = (0..9).find(|decimals| {
            ((step * 10f64.powi(*decimals)).round() / 10f64.powi(*decimals) - step).abs() < 1e-9 * step
        });
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|at| (at as f64 * step, written(at as f64 * step, decimals.unwrap_or(9) as usize))).collect()
    }

    fn decade_ticks(&self, most: usize, decades: f64) -> Vec<(f64, String)> {
        let stride = (decades / most.max(2) as f64).ceil().max(1.0) as i32;
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let between: &[f64] = if decades * 3.0 <= most as f64 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let inside = |number: f64| (-1e-9..=1.0 + 1e-9).contains(&self.place(number));
        (first..=last)
            .filter(|exponent| exponent.rem_euclid(stride) == 0)
            .flat_map(|exponent| between.iter().map(move |factor| (factor * 10f64.powi(exponent), exponent)))
            .filter(|(number, _)| inside(*number))
            .map(|(number, exponent)| (number, power_of_ten(number, exponent)))
            .collect()
    }

    /// Numbers to mark without writing: 2 to 9 times each power of ten.
    pub fn small_ticks(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        if !self.log || !(1.0..6.0).contains(&decades) {
            return Vec::new();
        }
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        (first..=last)
            .flat_map(|exponent| (2..10).map(move |digit| f64::from(digit) * 10f64.powi(exponent)))
            .filter(|number| (0.0..=1.0).contains(&self.place(*number)))
            .collect()
    }
}

/// A number with a true minus sign and thousands apart.
fn written(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let grouped = whole.parse().map_or_else(|_| whole.to_owned(), crate::report::grouped);
    let sign = if number < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}

fn power_of_ten(number: f64, exponent: i32) -> String {
    if (-3..=4).contains(&exponent) {
        return written(number, (-exponent).max(0) as usize);
    }
    let raised = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32('⁰' as u32 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    };
    let factor = (number / 10f64.powi(exponent)).round();
    let factor = if factor == 1.0 { String::new() } else { format!("{factor}·") };
    format!("{factor}10{}", exponent.to_string().chars().map(raised).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, most: usize) -> Vec<String> {
        axis.ticks(most).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_numbers_inside_the_range() {
        assert_eq!(labels(&Axis::linear("", -15.0, 15.0), 7), ["−15", "−10", "−5", "0", "5", "10", "15"]);
        assert_eq!(labels(&Axis::linear("", 0.0, 1.0), 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::linear("", 0.0, 10_000.0), 4), ["0", "2,500", "5,000", "7,500", "10,000"]);
        assert_eq!(labels(&Axis::log("", 0.01, 100.0), 6), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels(&Axis::log("", 1e-9, 1e3), 5), ["10⁻⁹", "10⁻⁶", "0.001", "1", "1,000"]);
        assert_eq!(labels(&Axis::linear("", 2.0, 2.0), 5).len(), 1);
    }

    #[test]
    fn places_run_from_end_to_end() {
        let axis = Axis::log("", 1.0, 10_000.0);
        assert!((axis.place(100.0) - 0.5).abs() < 1e-12 && axis.place(1.0) == 0.0);
        assert!(axis.place(-1.0).is_nan());
        assert_eq!(Axis::linear("", -1.0, 1.0).place(0.0), 0.5);
    }
}
