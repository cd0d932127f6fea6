//! Text that keeps to its room: a little smaller where it is a little too long, in several lines where it is longer.

use super::{Anchor, Rgb, Scene, text_width};

/// Text in lines below each other.
#[derive(Clone, Debug)]
pub struct Lines {
    lines: Vec<String>,
    size: f64,
    bold: bool,
}

/// A longer text ends in dots.
const MOST_LINES: usize = 5;
/// How much wider bold letters are.
const BOLD: f64 = 1.12;

impl Lines {
    /// Text within a room across, of the first size if it fits so, else smaller, down to the second; if it does not fit even
    /// so, in lines of a size between.
    pub fn fit(text: &str, (most, least): (f64, f64), room: f64, bold: bool) -> Self {
        let room = if bold { room / BOLD } else { room };
        let fitting = most * room / text_width(text, most).max(1.0);
        let size = if fitting < least { 0.5 * (least + most) } else { fitting.min(most) };
        Self { lines: even(text, size, room), size, bold }
    }

    /// Height of the lines after the first.
    pub fn extra(&self) -> f64 {
        self.row() * (self.lines.len() - 1) as f64
    }

    fn row(&self) -> f64 {
        1.3 * self.size
    }

    /// Draws them, the first at a place.
    pub fn draw(&self, scene: &mut Scene, (x, y): (f64, f64), anchor: Anchor, colour: Rgb) {
        for (at, line) in self.lines.iter().enumerate() {
            let y = y + self.row() * at as f64;
            scene.styled_text((x, y), self.size, anchor, line, colour, self.bold, 0.0);
        }
    }
}

/// Words in lines of about one length, none wider than a room.
pub fn even(text: &str, size: f64, room: f64) -> Vec<String> {
    let lines = broken(text, size, room);
    if lines.len() == 1 {
        return lines;
    }
    let narrower = (10..20).map(|part| broken(text, size, room * f64::from(part) / 20.0));
    narrower.into_iter().find(|other| other.len() == lines.len()).unwrap_or(lines)
}

/// Words in lines no wider than a room, at least one. A word that is wider is cut.
pub(super) fn broken(text: &str, size: f64, room: f64) -> Vec<String> {
    // A hair more, so that what was made to fit does.
    let fits = |line: &str| text_width(line, size) <= room * (1.0 + 1e-9);
    if fits(text) {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or("", |line| line.as_str());
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if !line.is_empty() && !fits(&longer) {
            lines.push(String::new());
        } else if fits(&longer) {
            lines.pop();
            lines.push(longer);
            continue;
        }
        for letter in word.chars() {
            let line = lines.last().map_or(String::new(), |line| format!("{line}{letter}"));
            if fits(&line) {
                lines.pop();
                lines.push(line);
            } else {
                lines.push(letter.to_string());
            }
        }
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            *last = shortened(&format!("{last} …"), size, room);
        }
    }
    lines
}

/// A text, or as much of its beginning as fits, with dots.
pub fn shortened(text: &str, size: f64, room: f64) -> String {
    if text_width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.trim_end_matches([' ', '…']).chars() {
        if text_width(&format!("{short}{letter}…"), size) > room {
            break;
        }
        short.push(letter);
    }
    short.truncate(short.trim_end().len());
    short + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_to_its_room() {
        let long = "a sentence that is about as long as those which are written below pictures, and a little longer";
        for room in [90.0, 160.0, 300.0] {
            for text in [long, &"letters".repeat(20)] {
                let lines = broken(text, 12.0, room);
                assert!(lines.len() > 1 && lines.len() <= MOST_LINES);
                assert!(lines.iter().all(|line| text_width(line, 12.0) <= room), "{lines:?}");
            }
        }
        assert_eq!(broken(long, 12.0, 400.0).join(" "), long);
        assert_eq!(broken("short", 12.0, 400.0), ["short"]);
        assert!(broken(long, 12.0, 90.0).last().unwrap().ends_with('…'));
        assert_eq!(shortened("short", 12.0, 400.0), "short");
    }

    #[test]
    fn it_shrinks_before_it_breaks() {
        let fit = |text: &str| Lines::fit(text, (17.0, 12.0), 200.0, true);
        let (short, longer, long) =
            (fit("a title"), fit("a title of some words"), fit("a title of far more words, and more"));
        assert_eq!((short.size, short.extra()), (17.0, 0.0));
        assert!(longer.size < 17.0 && longer.size > 12.0 && longer.extra() == 0.0);
        assert!(long.size == 14.5 && long.lines.len() == 2);
    }
}
