//! Which networks the pixels of a map start from, and how many of them each pixel has.

use super::SpecError;
use super::keyword::{serde_as_text, unknown};

/// As in `same`, `each`, `same:64`, `each:64`: without a number a pixel has one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PixelStarts {
    /// The same networks at every pixel, so many: pixels differ by what the axes set alone.
    Same(u16),
    /// Every pixel has so many networks of its own: the chance of one pixel is not that of its neighbour.
    Each(u16),
}

impl PixelStarts {
    /// How many networks a pixel has.
    pub fn count(self) -> u16 {
        let (Self::Same(count) | Self::Each(count)) = self;
        count
    }
}

impl Default for PixelStarts {
    fn default() -> Self {
        Self::Same(1)
    }
}

impl std::fmt::Display for PixelStarts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Same(_)) { "same" } else { "each" })?;
        if self.count() == 1 { Ok(()) } else { write!(f, ":{}", self.count()) }
    }
}

impl std::str::FromStr for PixelStarts {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (word, count) = text.trim().split_once(':').map_or((text.trim(), None), |(word, rest)| (word, Some(rest)));
        let form = match word {
            "same" => Self::Same,
            "each" => Self::Each,
            _ => return Err(unknown("--starts", text, &["same", "each", "same:K", "each:K"])),
        };
        let count = count.map_or(Some(1), |count| count.trim().parse().ok().filter(|count: &u16| *count > 0));
        count.map(form).ok_or_else(|| {
            SpecError::new(format!(
                "--starts {word}:K takes 1 to {} networks a pixel, as {word}:64; got {text:?}",
                u16::MAX
            ))
        })
    }
}

serde_as_text!(PixelStarts);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_read_and_printed() {
        for (text, starts) in [
            ("same", PixelStarts::Same(1)),
            ("each", PixelStarts::Each(1)),
            ("each:64", PixelStarts::Each(64)),
            ("same:65535", PixelStarts::Same(65_535)),
        ] {
            assert_eq!((text.parse(), starts.to_string().as_str()), (Ok(starts), text));
        }
        assert_eq!("each:1".parse(), Ok(PixelStarts::Each(1)));
        let message = |text: &str| text.parse::<PixelStarts>().unwrap_err().to_string();
        for text in ["each:0", "each:65536", "same:", "each:-1", "each:2.5"] {
            assert!(message(text).contains("takes 1 to 65535 networks a pixel"), "{text}: {}", message(text));
        }
        assert!(message("eash").contains("did you mean each"), "{}", message("eash"));
    }
}
