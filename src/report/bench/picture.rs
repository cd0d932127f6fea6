//! What a bench measured, drawn.

use crate::study::bench::{BenchResult, Measurement};

use crate::report::plot::{Anchor, Axis, LEGEND_GAP, Legend, Lines, MUTED, Scene, Sheet, Stroke, keys};
use crate::report::words::dashed;

use super::contestants;

/// What the axes count.
const UNITS: &str = "A net-epoch is one pass over all examples by one network. Lines: medians of the timed runs; bands: their \
                     quartiles.";

/// "Training 2-3-1 on xor: population at which each backend wins".
pub fn bench_title(result: &BenchResult) -> String {
    result.populations.first().map_or(String::new(), |first| {
        format!("Training {} on {}: population at which each backend wins", dashed(&first.layers), first.task)
    })
}

/// Net-epochs/s over the number of networks, one line a contestant, both axes in factors.
pub fn bench_picture(result: &BenchResult, title: &str, sheet: Sheet) -> Scene {
    let all = || result.populations.iter();
    let names = contestants(&result.populations);
    let keys = keys(names.iter().cloned());
    let width = sheet.width(860.0);
    // Lines go anywhere in the frame: names stand below it.
    let legend = Legend::new(&keys, width - 16.0);
    let title = sheet.title(title, 710.0);
    let note = Lines::fit(UNITS, sheet.pick((12.0, 8.0), (12.5, 12.5)), sheet.room(800.0), false);
    let x = Axis::around("networks trained at once", all().map(|one| one.nets as f64), true);
    let y = Axis::around("net-epochs per second", all().flat_map(|one| one.rates.clone()), true);
    let frame = sheet.frame((110.0, 60.0 + title.extra()), (710.0, 440.0), x, y);
    let mut scene = Scene::new(width, frame.bottom() + legend.size.1 + LEGEND_GAP + 44.0 + note.extra());
    frame.grid(&mut scene);
    for (name, key) in names.iter().zip(&keys) {
        let rows: Vec<&Measurement> = all().filter(|one| one.contestant == *name).collect();
        let at = |q: f64| rows.iter().map(|one| (one.nets as f64, one.quantile(q))).collect::<Vec<_>>();
        frame.band(&mut scene, &at(0.25), &at(0.75), key.colour);
        frame.line(&mut scene, &at(0.5), Stroke { dashed: key.dashed, ..Stroke::new(key.colour, 2.6) });
    }
    frame.axes(&mut scene);
    sheet.head(&mut scene, &frame, &title);
    frame.legend_below(&mut scene, &legend, 0.0);
    let at = (sheet.pick(110.0, 8.0), scene.height() - 16.0 - note.extra());
    note.draw(&mut scene, at, Anchor::Start, MUTED);
    scene
}
