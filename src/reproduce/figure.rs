//! A published figure, and what counts as the same.

/// One figure of a source.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// What is measured; unique within its reproduction.
    pub quantity: &'static str,
    /// As the source gives it, in its own digits or words.
    pub published: &'static str,
    /// What counts as the same.
    pub accept: Accept,
    /// Why that is the right tolerance, or why nothing can be compared.
    pub reason: &'static str,
}

/// What counts as the same as the published figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Accept {
    /// The published digits: ours rounds to each number that `published` holds.
    Digits,
    /// Ours, with its interval, comes within `absolute + relative * value`, which is what the claim is about too.
    Near {
        /// The published number.
        value: f64,
        /// Absolute part.
        absolute: f64,
        /// Relative part.
        relative: f64,
    },
    /// A mean of so many runs of the source: it lies in the middle 95% of what as many of ours have.
    MeanOf {
        /// The published mean.
        value: f64,
        /// Runs that the source averaged.
        runs: u64,
        /// The factor that the claim is about.
        about: f64,
    },
    /// So many of so few: the source's own Wilson interval meets ours.
    Count {
        /// Successes that the source counted.
        successes: u64,
        /// Runs that it made.
        trials: u64,
        /// The difference in the share that the claim is about.
        about: f64,
    },
    /// A statement in words that holds in this range: ours lies in it with its whole interval.
    Between(f64, f64),
    /// The source asks, or says nothing that can be compared.
    Open,
}

impl Figure {
    /// Every published number, as text.
    pub fn published_numbers(&self) -> Vec<&'static str> {
        let marks = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')');
        self.published.split(marks).filter(|part| part.parse::<f64>().is_ok()).collect()
    }
}
