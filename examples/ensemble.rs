//! Many networks, the best of them kept, their mean as the answer: `cargo run --release --example ensemble`
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use basins::Run;
use basins::spec::{Given, Spec, Task};

fn main() -> basins::Result<()> {
    let inputs: Vec<f64> = (0..17).map(|at| f64::from(at) / 16.0).collect();
    let wave = |x: f64| 0.5 + 0.4 * (2.0 * std::f64::consts::PI * x).sin();
    let curve = Given::numbers(inputs.clone(), 1, inputs.iter().map(|x| wave(*x)).collect(), 1)?;
    let spec = Spec {
        layers: curve.layers(&[5])?,
        task: Task::Given(curve),
        loss: basins::spec::Loss::Mse,
        lr: 4.0.into(),
        epochs: 1_000,
        solved: "max-error:0.05".parse()?,
        ..Spec::default()
    };
    let networks = Run::new(spec).nets(100_000).train()?;
    let best = networks.best(10);
    println!("the best ten of {} networks: {best:?}", networks.outcomes.count());
    for x in [0.1, 0.3, 0.7] {
        let outputs: Vec<f64> =
            best.iter().map(|at| Ok(networks.predict(*at, &[x])?[0])).collect::<basins::Result<_>>()?;
        let mean = outputs.iter().sum::<f64>() / outputs.len() as f64;
        println!("at {x}: {mean:.3}, and the curve is at {:.3}", wave(x));
    }
    Ok(())
}
