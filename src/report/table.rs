//! Tables of text.

use std::fmt::Write;

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
