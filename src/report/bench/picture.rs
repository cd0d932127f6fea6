//! What a bench measured, drawn.

use crate::study::bench::{BenchResult, Measurement};

use crate::report::plot::{Axis, Frame, Scene, Stroke, keys};
use crate::report::words::dashed;

use super::contestants;

/// Net-epochs/s over the number of networks, one line a contestant, both axes in factors.
pub fn bench_picture(result: &BenchResult) -> Scene {
    let mut scene = Scene::new(860.0, 580.0);
    let all = || result.populations.iter();
    let frame = Frame {
        corner: (110.0, 60.0),
        size: (710.0, 440.0),
        x: Axis::around("networks trained at once", all().map(|one| one.nets as f64), true),
        y: Axis::around("net-epochs per second", all().flat_map(|one| one.rates.clone()), true),
    };
    frame.grid(&mut scene);
    let names = contestants(&result.populations);
    let keys = keys(names.iter().cloned());
    for (name, key) in names.iter().zip(&keys) {
        let rows: Vec<&Measurement> = all().filter(|one| one.contestant == *name).collect();
        let at = |q: f64| rows.iter().map(|one| (one.nets as f64, one.quantile(q))).collect::<Vec<_>>();
        frame.band(&mut scene, &at(0.25), &at(0.75), key.colour);
        frame.line(&mut scene, &at(0.5), Stroke { dashed: key.dashed, ..Stroke::new(key.colour, 2.6) });
    }
    frame.axes(&mut scene);
    let title = result.populations.first().map_or(String::new(), |first| {
        format!("Training {} on {}: population at which each backend wins", dashed(&first.layers), first.task)
    });
    frame.title(&mut scene, &title);
    frame.legend(&mut scene, &keys, true, false);
    scene
}
