//! What a bench measured, drawn.

use crate::study::bench::{BenchResult, Measurement};

use crate::report::plot::{Anchor, Axis, Frame, LEGEND_GAP, MUTED, Scene, Stroke, keys, legend_size};
use crate::report::words::dashed;

use super::contestants;

/// What the axes count.
const UNITS: &str = "A net-epoch is one pass over all examples by one network. Lines: medians of the timed runs; bands: their \
                     quartiles.";

/// Net-epochs/s over the number of networks, one line a contestant, both axes in factors.
pub fn bench_picture(result: &BenchResult) -> Scene {
    let all = || result.populations.iter();
    let names = contestants(&result.populations);
    let keys = keys(names.iter().cloned());
    // Lines go anywhere in the frame: names stand below it.
    let foot = legend_size(&keys).1 + LEGEND_GAP + 44.0;
    let mut scene = Scene::new(860.0, 500.0 + foot);
    let frame = Frame {
        corner: (110.0, 60.0),
        size: (710.0, 440.0),
        x: Axis::around("networks trained at once", all().map(|one| one.nets as f64), true),
        y: Axis::around("net-epochs per second", all().flat_map(|one| one.rates.clone()), true),
    };
    frame.grid(&mut scene);
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
    frame.legend_below(&mut scene, &keys);
    let at = (110.0, scene.height() - 16.0);
    scene.styled_text(at, 12.0, Anchor::Start, UNITS, MUTED, false, 0.0);
    scene
}
