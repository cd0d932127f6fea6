//! Tables and lines of text.

use std::fmt::Write;

/// Columns of a terminal.
pub(super) const WIDTH: usize = 80;

/// Columns as wide as they need: those of `words` to the left, numbers to the right.
pub(super) fn write_table(text: &mut String, rows: &[Vec<String>], words: &[usize]) -> std::fmt::Result {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cell = |(column, (cell, width)): (usize, (&String, &usize))| match words.contains(&column) {
            true => format!("{cell:<width$}"),
            false => format!("{cell:>width$}"),
        };
        let cells: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
        writeln!(text, "   {}", cells.join("   ").trim_end())?;
    }
    Ok(())
}

/// Words in lines of at most so many characters; a longer word has a line of its own.
pub(super) fn broken(words: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let line = lines.len() - 1;
        let filled = lines[line].chars().count();
        if filled > 0 && filled + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if filled > 0 {
                lines[line].push(' ');
            }
            lines[line].push_str(word);
        }
    }
    lines
}

/// Words in lines after a label, those after the first below its end.
pub(super) fn wrapped(text: &mut String, label: &str, words: &str) -> std::fmt::Result {
    let indent = label.chars().count();
    for (at, line) in broken(words, WIDTH - indent).into_iter().enumerate() {
        let before = if at == 0 { label } else { &" ".repeat(indent) };
        writeln!(text, "{before}{line}")?;
    }
    Ok(())
}
