//! Tables and lines of text.

use std::fmt::Write;

/// Columns of a terminal.
pub(super) const WIDTH: usize = 80;
/// Spaces before each column of a table.
const GAP: usize = 3;

/// Columns as wide as they need: those of `words` to the left, numbers to the right, below a head of words. Where a line has
/// no room for all, heads break; then the last columns stand in a table of their own below, each with the first `keys`
/// columns again.
pub(super) fn write_table(text: &mut String, rows: &[Vec<String>], words: &[usize], keys: usize) -> std::fmt::Result {
    let Some(head) = rows.first() else { return Ok(()) };
    let width = |cell: &String| cell.chars().count();
    let widest = |cells: &mut dyn Iterator<Item = usize>| cells.max().unwrap_or(0);
    let mut widths: Vec<usize> =
        (0..head.len()).map(|column| widest(&mut rows.iter().map(|row| width(&row[column])))).collect();
    if line_width(&widths) > WIDTH {
        for (column, width_of) in widths.iter_mut().enumerate() {
            let longest = widest(&mut head[column].split(' ').map(|word| word.chars().count()));
            *width_of = widest(&mut rows[1..].iter().map(|row| width(&row[column]))).max(longest);
        }
    }
    let keys = keys.min(head.len());
    let mut next = keys;
    loop {
        let mut columns: Vec<usize> = (0..keys).collect();
        // One column at least, so that there is an end.
        while next < head.len() {
            let with = columns.iter().chain([&next]).map(|column| widths[*column]).collect::<Vec<_>>();
            if columns.len() > keys && line_width(&with) > WIDTH {
                break;
            }
            columns.push(next);
            next += 1;
        }
        write_block(text, rows, words, &widths, &columns)?;
        if next >= head.len() {
            return Ok(());
        }
        writeln!(text)?;
    }
}

fn line_width(widths: &[usize]) -> usize {
    widths.iter().map(|width| GAP + width).sum()
}

fn write_block(
    text: &mut String,
    rows: &[Vec<String>],
    words: &[usize],
    widths: &[usize],
    columns: &[usize],
) -> std::fmt::Result {
    let line = |text: &mut String, cell: &dyn Fn(usize) -> String| {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| match (words.contains(column), cell(*column), widths[*column]) {
                (true, cell, width) => format!("{cell:<width$}"),
                (false, cell, width) => format!("{cell:>width$}"),
            })
            .collect();
        let gap = " ".repeat(GAP);
        writeln!(text, "{gap}{}", cells.join(&gap).trim_end())
    };
    let heads: Vec<Vec<String>> = rows[0].iter().zip(widths).map(|(head, width)| broken(head, *width)).collect();
    let depth = columns.iter().map(|column| heads[*column].len()).max().unwrap_or(1);
    for at in 0..depth {
        // Heads stand on the table, so short ones begin further down.
        let part = |column: usize| (at + heads[column].len()).checked_sub(depth).map(|at| heads[column][at].clone());
        line(text, &|column| part(column).unwrap_or_default())?;
    }
    rows[1..].iter().try_for_each(|row| line(text, &|column| row[column].clone()))
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

/// Words in lines of a terminal after a label, those after the first below its end.
pub fn paragraph(label: &str, words: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = wrapped(&mut text, label, words);
    text
}

/// A command in lines that a shell reads as one, broken between its arguments.
pub(super) fn write_command(text: &mut String, indent: &str, command: &str) -> std::fmt::Result {
    let mut line = indent.to_owned();
    let mut quoted = false;
    for word in command.split(' ') {
        // A quoted argument may have spaces of its own.
        let room = WIDTH - 2;
        let begun = line.len() > indent.len();
        if begun && !quoted && line.chars().count() + 1 + word.chars().count() > room {
            writeln!(text, "{line} \\")?;
            line = format!("{indent}  {word}");
        } else {
            line.push_str(if begun { " " } else { "" });
            line.push_str(word);
        }
        quoted ^= word.matches('\'').count() % 2 == 1;
    }
    writeln!(text, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]], words: &[usize], keys: usize) -> String {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let mut text = String::new();
        write_table(&mut text, &rows, words, keys).unwrap();
        text
    }

    #[test]
    fn narrow_tables_stand_as_they_are() {
        assert_eq!(table(&[&["lr", "solved at"], &["0.1", "5%"]], &[], 1), "    lr   solved at\n   0.1          5%\n");
        assert_eq!(table(&[&["what", "x"], &["a", "12"]], &[0], 1), "   what    x\n   a      12\n");
    }

    #[test]
    fn wide_tables_break_their_heads_and_then_their_rows() {
        let long = "x".repeat(30);
        let heads = table(&[&["k", "two words", &long, &long], &["1", "2", "3", "4"]], &[], 1);
        assert_eq!(heads.lines().next().unwrap().trim(), "two");
        assert_eq!(heads.lines().count(), 3, "{heads}");
        let long = "x".repeat(36);
        let blocks = table(&[&["k", &long, &long, "last"], &["key", &long, &long, "4"]], &[], 1);
        let rows: Vec<&str> = blocks.lines().filter(|line| line.contains("key")).collect();
        assert_eq!(rows.len(), 2, "{blocks}");
        assert!(rows[1].ends_with(" 4") && blocks.lines().all(|line| line.chars().count() <= WIDTH), "{blocks}");
    }

    #[test]
    fn commands_break_between_arguments() {
        let mut text = String::new();
        let quoted = format!("'{} b'", "a".repeat(30));
        write_command(&mut text, "  ", &format!("basins trace --lr {} --fix {quoted} --net 1", "4".repeat(40)))
            .unwrap();
        let (first, second) = text.split_once(" \\\n").unwrap();
        assert!(first.ends_with(" --fix") && second == format!("    {quoted} --net 1\n"), "{text}");
    }
}
