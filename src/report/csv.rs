//! One row a network as CSV.

use std::io::{self, Write};

use crate::outcome::{Fate, Outcomes};
use crate::spec::Problem;

/// Writes outcomes as they come: network, fate, solved epoch (empty if never), epochs trained, loss, outputs.
pub struct OutcomeCsv<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> OutcomeCsv<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn new(target: W, problem: &Problem) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(target);
        let mut header: Vec<String> = ["network", "fate", "solved_epoch", "epochs", "loss"].map(str::to_owned).to_vec();
        let examples = problem.examples();
        for example in 0..examples.count() {
            for unit in 0..examples.output_count() {
                header.push(match examples.output_count() {
                    1 => format!("output_{example}"),
                    _ => format!("output_{example}_{unit}"),
                });
            }
        }
        writer.write_record(header)?;
        Ok(Self { writer })
    }

    /// Adds the rows of a chunk.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn append(&mut self, problem: &Problem, outcomes: &Outcomes) -> io::Result<()> {
        for row in outcomes.iter() {
            let solved = if row.solved_epoch > 0 { row.solved_epoch.to_string() } else { String::new() };
            let fate = Fate::of(problem, &row).name().to_owned();
            let mut record =
                vec![row.network.to_string(), fate, solved, row.stop_epoch.to_string(), row.loss.to_string()];
            record.extend(row.outputs.iter().map(f32::to_string));
            self.writer.write_record(record)?;
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The target cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
