//! Text that others wrote, to be shown: what a terminal would obey and a picture's XML forbids is written out, and a message
//! stays a sentence however long the text in it.

use std::borrow::Cow;
use std::fmt::Write;

/// Most bytes of a message.
const MESSAGE_LIMIT: usize = 1_000;

/// Whether a character is obeyed, turns the order of others, ends lines unseen, or stands for nothing: control characters
/// of both sets (line ends and tabs aside), marks of direction, two separators of Unicode's own, and what is no character.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}'
            | '\u{b}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}'
    )
}

/// Text with hidden characters as `\u001b`, which JSON and TOML read as the same text. Line ends and tabs stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Text of `limit` bytes at most: of longer ones the start and the end, where what it is about and what to do mostly stand.
pub(crate) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    const GAP: &str = " ... ";
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let boundary = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let room = limit.saturating_sub(GAP.len());
    let head = boundary(room - room / 3);
    let tail = (text.len() - room / 3..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    Cow::Owned([&text[..head], GAP, &text[tail..]].concat())
}

/// A message as one line of bounded length, without hidden characters.
pub(crate) fn sentence(message: &str) -> String {
    visible(&shortened(message, MESSAGE_LIMIT)).replace('\n', "\\n").replace('\t', "\\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        for (text, shown) in [
            ("plain, grün, 東京 🦀\n\tnext", "plain, grün, 東京 🦀\n\tnext"),
            ("\u{1b}[2J\u{7}", "\\u001b[2J\\u0007"),
            ("\u{9b}2J\r", "\\u009b2J\\u000d"),
            ("a\u{202e}b\u{2028}c\u{fffe}", "a\\u202eb\\u2028c\\ufffe"),
            ("\0\u{7f}\u{feff}\u{2066}", "\\u0000\\u007f\\ufeff\\u2066"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(&visible(text)), shown, "once is enough");
            // In JSON it is the same text.
            let said = serde_json::to_string(text).unwrap();
            assert_eq!(serde_json::from_str::<String>(&visible(&said)).unwrap(), text);
        }
        let hidden = (0..=0xffffu32).filter_map(char::from_u32).filter(|c| c.is_control() && !"\n\t".contains(*c));
        assert!(hidden.into_iter().all(is_hidden));
    }

    #[test]
    fn messages_are_bounded() {
        assert_eq!(sentence("short\nlines\t\u{1b}"), "short\\nlines\\t\\u001b");
        let long = sentence(&format!("--lr {} is wrong", "é".repeat(1 << 20)));
        assert!(long.len() <= MESSAGE_LIMIT && long.starts_with("--lr éé") && long.ends_with("é is wrong"), "{long}");
        for limit in 0..12 {
            assert!(shortened("ééééééééé", limit).len() <= limit.max(5), "{limit}");
        }
        assert_eq!(shortened("123456789", 9), "123456789");
        assert_eq!(shortened("0123456789", 9), "012 ... 9");
    }
}
