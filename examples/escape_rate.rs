//! How often do networks learn XOR? `cargo run --release --example escape_rate`
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use basins::Run;
use basins::spec::Spec;

fn main() -> basins::Result<()> {
    let answer = Run::new(Spec { lr: 1.0.into(), epochs: 2_000, ..Spec::default() }).nets(100_000).run()?;
    let interval = answer.interval();
    println!("{:.2}% learn XOR (95% interval {:.4} to {:.4})", 100.0 * answer.rate(), interval.low, interval.high);
    for row in answer.fates() {
        println!("{:>8} end as {}", row.tally.count, row.kind.fate.words());
    }
    Ok(())
}
