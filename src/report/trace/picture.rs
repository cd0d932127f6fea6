//! Pictures of one network: loss and outputs over epochs; its units and weights, and what it answers over the input
//! square, at start and end.

use crate::spec::Problem;
use crate::study::{Trace, response};

use super::ending;
use crate::report::plot::{
    Anchor, Axis, Colours, Frame, INK, Key, LEGEND_GAP, Legend, Lines, MUTED, NEGATIVE, PALETTE, PAPER, POSITIVE, Rgb,
    Scene, Sheet, Stroke, colour_bar, contours, text_width,
};

/// Outputs that get a line of their own.
const LINES: usize = 16;
/// Units of a layer that are drawn.
const UNITS: usize = 10;

/// Loss and gradient norm above, outputs below, over the epochs.
pub fn trace_picture(trace: &Trace, problem: &Problem, title: &str, sheet: Sheet) -> Scene {
    let last = f64::from(trace.epochs[trace.row_count() - 1].max(1));
    let epochs = || trace.epochs.iter().map(|epoch| f64::from(*epoch));
    let positive = trace.loss.iter().chain(&trace.gradient_norm).copied().filter(|number| *number > 0.0);
    let title = sheet.title(title, 750.0);
    let y = Axis::around("loss, gradient norm", positive, true);
    let above = sheet.frame((105.0, 70.0 + title.extra()), (750.0, 300.0), Axis::linear("", 0.0, last), y);
    let names = [("loss", PALETTE[0]), ("gradient norm", PALETTE[4])];
    let keys = names.map(|(name, colour)| Key { colour, dashed: false, name: name.into() });
    let legend = Legend::new(&keys, 300.0);
    // The axis across has no label here: what follows stands nearer.
    let gap = sheet.pick(38.0, LEGEND_GAP + legend.size.1);
    let ended = Lines::fit(&ending(trace, problem), (13.0, 12.5), sheet.room(800.0), false);
    let next = above.bottom() + gap + ended.extra() + 32.0;
    let y = Axis::around("outputs", trace.outputs.iter().chain(problem.examples().targets()).copied(), false);
    let below = sheet.frame((105.0, next), (750.0, 310.0), Axis::linear("epoch", 0.0, last), y);
    let count = trace.outputs_of(0).len();
    let names = example_names(problem);
    let dashed = |at: usize| at >= PALETTE.len();
    let outputs: Vec<Key> = (0..count.min(LINES))
        .map(|at| Key { colour: PALETTE[at % PALETTE.len()], dashed: dashed(at), name: names[at].clone() })
        .collect();
    let outputs_legend = Legend::new(&outputs, 300.0);
    let named = count <= 8;
    let foot = if named { sheet.pick(0.0, outputs_legend.size.1 + 4.0) } else { 0.0 };
    let mut scene = Scene::new(sheet.width(900.0), below.bottom() + 70.0 + foot);
    above.grid(&mut scene);
    for (numbers, colour) in [(&trace.gradient_norm, PALETTE[4]), (&trace.loss, PALETTE[0])] {
        let points: Vec<(f64, f64)> =
            epochs().zip(numbers.iter().copied()).filter(|(_, number)| *number > 0.0).collect();
        above.line(&mut scene, &thinned(&points), Stroke::new(colour, 2.4));
    }
    above.axes(&mut scene);
    sheet.head(&mut scene, &above, &title);
    match sheet {
        Sheet::Wide => above.legend(&mut scene, &legend, true, true),
        Sheet::Narrow => above.legend_below(&mut scene, &legend, -22.0),
    }
    ended.draw(&mut scene, (sheet.pick(480.0, 200.0), above.bottom() + gap), Anchor::Middle, MUTED);
    below.grid(&mut scene);
    for (at, Key { colour, dashed, .. }) in outputs.iter().enumerate() {
        let points: Vec<(f64, f64)> =
            epochs().enumerate().map(|(row, epoch)| (epoch, trace.outputs_of(row)[at])).collect();
        below.line(&mut scene, &thinned(&points), Stroke { dashed: *dashed, ..Stroke::new(*colour, 2.4) });
    }
    below.axes(&mut scene);
    match sheet {
        _ if !named => {}
        Sheet::Wide => {
            // Where lines run is where a legend must not lie: outputs part in the end, so it stands at the left.
            let middle = 0.5 * (below.y.low + below.y.high);
            let early = trace.outputs_of(0).iter().sum::<f64>() / count as f64;
            below.legend(&mut scene, &outputs_legend, false, early < middle);
        }
        Sheet::Narrow => below.legend_below(&mut scene, &outputs_legend, 0.0),
    }
    scene
}

/// The units and weights, and the answers over the input square where there are two inputs: start left, end right, or below
/// each other.
pub fn network_picture(trace: &Trace, problem: &Problem, title: &str, sheet: Sheet) -> Scene {
    let square = problem.layers().input_count() == 2;
    let title = Lines::fit(title, (18.0, sheet.pick(12.0, 14.5)), sheet.room(940.0), true);
    let lower = title.extra();
    // From one network to the next: across, and down.
    let step = sheet.pick((450.0, 0.0), (0.0, if square { 680.0 } else { 330.0 }));
    let wide_height = if square { 880.0 } else { 480.0 };
    let height = sheet.pick(wide_height, 2.0 * step.1 + 130.0 + if square { 60.0 } else { 0.0 });
    let mut scene = Scene::new(sheet.width(990.0), height + lower);
    title.draw(&mut scene, (sheet.pick(480.0, 200.0), 36.0), Anchor::Middle, INK);
    let last = trace.row_count() - 1;
    let most =
        [0, last].iter().flat_map(|row| trace.weights_of(*row)).fold(0f64, |most, weight| most.max(weight.abs()));
    for (row, at) in [(0, 0.0), (last, 1.0)] {
        let (left, top) = (sheet.pick(40.0, 8.0) + at * step.0, lower + at * step.1);
        let when = if row == 0 { "start".to_owned() } else { format!("after {} epochs", trace.epochs[row]) };
        let size = sheet.pick((400.0, 330.0), (384.0, 280.0));
        scene.styled_text((left + 0.5 * size.0, top + 72.0), 15.0, Anchor::Middle, &when, MUTED, true, 0.0);
        draw_network(&mut scene, problem, trace.weights_of(row), most, (left, top + 90.0), size);
        if square {
            let place = sheet.pick(((left + 42.0, top + 470.0), 340.0), ((80.0, top + 380.0), 290.0));
            draw_answers(&mut scene, problem, trace.weights_of(row), POINTS, place);
        }
    }
    let foot = lower + 2.0 * step.1;
    weight_key(&mut scene, most, sheet.pick((480.0, lower + 440.0), (200.0, foot + 80.0)), sheet);
    if square {
        let bar = sheet.pick(((895.0, lower + 470.0), (16.0, 340.0)), ((80.0, foot + 130.0), (290.0, 16.0)));
        colour_bar(&mut scene, bar.0, bar.1, &answer_colours(problem));
    }
    scene
}

/// Frames of an animation.
const FRAMES: usize = 40;
/// Points along a side of the input square at which the answers are drawn.
const POINTS: usize = 160;

/// The training as it goes on: outputs so far, and where there are two inputs the answers over the input square.
pub(super) fn training_frames(trace: &Trace, problem: &Problem, title: &str, sheet: Sheet) -> Vec<Scene> {
    let last = trace.row_count() - 1;
    let count = FRAMES.min(trace.row_count());
    let mut rows: Vec<usize> = (0..count).map(|at| last * at / (count - 1).max(1)).collect();
    rows.dedup();
    rows.into_iter().map(|row| training_frame(trace, problem, title, row, sheet)).collect()
}

fn training_frame(trace: &Trace, problem: &Problem, title: &str, row: usize, sheet: Sheet) -> Scene {
    let square = problem.layers().input_count() == 2;
    let width = sheet.width(if square { 880.0 } else { 500.0 });
    let title = Lines::fit(title, (16.0, sheet.pick(12.0, 14.5)), sheet.room(width - 16.0), true);
    let lower = title.extra();
    let last = f64::from(trace.epochs[trace.row_count() - 1].max(1));
    let y = Axis::around("outputs", trace.outputs.iter().chain(problem.examples().targets()).copied(), false);
    let frame = sheet.frame((80.0, 70.0 + lower), (390.0, 290.0), Axis::linear("epoch", 0.0, last), y);
    let (corner, side) = sheet.pick(((550.0, frame.corner.1), 290.0), ((80.0, frame.bottom() + 64.0), 300.0));
    let height = if square && sheet == Sheet::Narrow { corner.1 + side } else { frame.bottom() };
    let mut scene = Scene::new(width, height + 70.0);
    frame.grid(&mut scene);
    for at in 0..trace.outputs_of(0).len().min(LINES) {
        let colour = PALETTE[at % PALETTE.len()];
        let point = |row: usize| (f64::from(trace.epochs[row]), trace.outputs_of(row)[at]);
        let points: Vec<(f64, f64)> = (0..=row).map(point).collect();
        let stroke = Stroke { dashed: at >= PALETTE.len(), ..Stroke::new(colour, 2.4) };
        frame.line(&mut scene, &thinned(&points), stroke);
        scene.disc(frame.at(point(row)), 4.0, colour, None);
    }
    frame.axes(&mut scene);
    title.draw(&mut scene, (0.5 * width, 30.0), Anchor::Middle, INK);
    let when = format!("epoch {}, loss {:.4}", trace.epochs[row], trace.loss[row]);
    scene.styled_text(
        (frame.corner.0 + 0.5 * frame.size.0, 58.0 + lower),
        13.5,
        Anchor::Middle,
        &when,
        MUTED,
        true,
        0.0,
    );
    if square {
        draw_answers(&mut scene, problem, trace.weights_of(row), sheet.pick(POINTS, 64), (corner, side));
    }
    scene
}

fn example_names(problem: &Problem) -> Vec<String> {
    let examples = problem.examples();
    let mut names = Vec::new();
    for example in 0..examples.count() {
        let inputs: Vec<String> = examples.input(example).iter().map(f64::to_string).collect();
        for (unit, target) in examples.target(example).iter().enumerate() {
            let unit = if examples.output_count() > 1 { format!(" unit {unit}") } else { String::new() };
            names.push(format!("{}{unit} → {target}", inputs.join(", ")));
        }
    }
    names
}

/// At most about a thousand of the points, the ends kept.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let stride = points.len().div_ceil(1000).max(1);
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(|(at, _)| at % stride == 0 || *at == last).map(|(_, point)| *point).collect()
}

/// Units as discs in columns; weights as lines, red where positive, blue where negative, as broad as they are large. A
/// bias is the number in its unit.
fn draw_network(
    scene: &mut Scene,
    problem: &Problem,
    weights: &[f64],
    most: f64,
    (left, top): (f64, f64),
    (width, height): (f64, f64),
) {
    let sizes = problem.layers().sizes();
    let place = |layer: usize, unit: usize| {
        let drawn = sizes[layer].min(UNITS);
        let x = left + 30.0 + (width - 60.0) * layer as f64 / (sizes.len() - 1) as f64;
        let step = (height / drawn as f64).min(96.0);
        (x, top + 0.5 * height + step * (unit as f64 - 0.5 * (drawn - 1) as f64))
    };
    let broad = |weight: f64| 0.6 + 7.0 * weight.abs() / most.max(1e-9);
    let colour = |weight: f64| if weight < 0.0 { NEGATIVE } else { POSITIVE };
    for (layer, shape) in problem.layers().shapes().enumerate() {
        for column in 0..shape.fan_out.min(UNITS) {
            for row in 0..shape.fan_in {
                let units = shape.fan_in - shape.shortcut;
                let from = if row < units { (layer, row) } else { (0, row - units) };
                if from.1 < UNITS {
                    let weight = weights[shape.position(row, column)];
                    let stroke = Stroke { opacity: 0.75, ..Stroke::new(colour(weight), broad(weight)) };
                    scene.line(&[place(from.0, from.1), place(layer + 1, column)], stroke);
                }
            }
        }
    }
    let crowded = sizes.iter().any(|size| size.min(&UNITS) > &5);
    for (layer, size) in sizes.iter().enumerate() {
        for unit in 0..(*size).min(UNITS) {
            let (x, y) = place(layer, unit);
            let radius = if crowded { 13.0 } else { 21.0 };
            let (fill, label) = match layer.checked_sub(1).and_then(|before| problem.layers().shapes().nth(before)) {
                None => (Rgb(238, 240, 243), format!("x{}", subscript(unit + 1))),
                Some(shape) => {
                    let bias = weights[shape.position(shape.fan_in, unit)];
                    (PAPER.towards(colour(bias), 0.75 * bias.abs() / most.max(1e-9)), short(bias))
                }
            };
            scene.disc((x, y), radius, fill, Some(Stroke::new(INK, 1.4)));
            let size = if crowded { 8.5 } else { 12.5 };
            scene.styled_text((x, y + 0.36 * size), size, Anchor::Middle, &label, fill.contrast(), false, 0.0);
        }
        if *size > UNITS {
            let (x, _) = place(layer, 0);
            scene.styled_text(
                (x, top + height + 4.0),
                12.0,
                Anchor::Middle,
                &format!("{} more", size - UNITS),
                MUTED,
                false,
                0.0,
            );
        }
    }
}

fn short(number: f64) -> String {
    let text = if number.abs() < 9.95 { format!("{number:.1}") } else { format!("{number:.0}") };
    text.replace('-', "−")
}

fn subscript(number: usize) -> String {
    number.to_string().chars().filter_map(|digit| char::from_u32('₀' as u32 + digit.to_digit(10)?)).collect()
}

/// What lines and numbers are, in a line or, on a narrow sheet, in two, around a place.
fn weight_key(scene: &mut Scene, most: f64, (x, y): (f64, f64), sheet: Sheet) {
    let text = format!("largest weight {most:.2}; a number in a unit is its bias");
    let width = 330.0 + sheet.pick(text_width(&text, 12.5), -20.0);
    let mut at = x - 0.5 * width;
    for (colour, name) in [(POSITIVE, "positive weight"), (NEGATIVE, "negative weight")] {
        scene.line(&[(at, y), (at + 24.0, y)], Stroke { opacity: 0.75, ..Stroke::new(colour, 5.0) });
        scene.text((at + 34.0, y + 4.5), 12.5, Anchor::Start, name);
        at += 160.0;
    }
    let (place, anchor) = sheet.pick(((at, y + 4.5), Anchor::Start), ((x, y + 26.5), Anchor::Middle));
    scene.styled_text(place, 12.5, anchor, &text, MUTED, false, 0.0);
}

fn answer_colours(problem: &Problem) -> Colours {
    let (low, high) = problem.examples().target_range();
    Colours::diverging(Axis::linear("output", low, if high > low { high } else { low + 1.0 }))
}

/// The first output over the input square, the border between the answers, and the examples.
fn draw_answers(
    scene: &mut Scene,
    problem: &Problem,
    weights: &[f64],
    points: usize,
    (corner, side): ((f64, f64), f64),
) {
    let inputs = problem.examples().inputs();
    let (low, high) = inputs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
    let margin = 0.25 * (high - low).max(0.1);
    let (low, high) = (low - margin, high + margin);
    let answers = response(problem, weights, (low, high), points);
    let frame =
        Frame { corner, size: (side, side), x: Axis::linear("x₁", low, high), y: Axis::linear("x₂", low, high) };
    let colours = answer_colours(problem);
    frame.heat(scene, points, &answers, &colours);
    let at = |(column, row): (f64, f64)| {
        let place = |at: f64| (at + 0.5) / points as f64;
        (corner.0 + side * place(column), corner.1 + side * (1.0 - place(row)))
    };
    let border: Vec<Vec<(f64, f64)>> = contours(points, &answers, problem.midpoint())
        .into_iter()
        .map(|line| line.into_iter().map(at).collect())
        .collect();
    scene.segments(&border, Stroke::new(INK.kept(), 2.0));
    let examples = problem.examples();
    for example in 0..examples.count().min(400) {
        let input = examples.input(example);
        let fill = colours.of(examples.target(example)[0]);
        scene.disc(frame.at((input[0], input[1])), 8.0, fill, Some(Stroke::new(PAPER, 4.0)));
        scene.disc(frame.at((input[0], input[1])), 8.0, fill, Some(Stroke::new(INK, 1.6)));
    }
    frame.axes(scene);
}
