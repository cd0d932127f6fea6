//! Examples from arrays of the program's own: `cargo run --release --example own_data`
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use basins::Run;
use basins::spec::{Given, Spec, Task};

fn main() -> basins::Result<()> {
    // Two moons: points on two half circles, a class label each.
    let angles: Vec<f64> = (0..20).map(|at| std::f64::consts::PI * f64::from(at) / 19.0).collect();
    let upper = angles.iter().flat_map(|angle| [angle.cos(), angle.sin()]);
    let lower = angles.iter().flat_map(|angle| [1.0 - angle.cos(), 0.5 - angle.sin()]);
    let labels = [["upper"; 20], ["lower"; 20]].concat();
    let moons = Given::labels(upper.chain(lower).collect(), 2, &labels)?;

    let spec = Spec {
        layers: moons.layers(&[6])?,
        task: Task::Given(moons),
        activation: "tanh,sigmoid".parse()?,
        lr: 2.0.into(),
        epochs: 3_000,
        solved: "accuracy".parse()?,
        ..Spec::default()
    };
    let answer = Run::new(spec).nets(2_000).run()?;
    println!("{}", answer.problem.examples().labels().unwrap_or_default());
    println!("{:.1}% of the networks tell all 40 points apart", 100.0 * answer.rate());
    if let Some(epochs) = answer.epochs_to_solve() {
        println!("half of those within {} epochs", epochs.median);
    }
    Ok(())
}
