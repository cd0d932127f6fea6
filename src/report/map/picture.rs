//! A map, drawn: its pixels in colours, axes, a legend.

use crate::outcome::Fate;
use crate::spec::{MapAxis, Spec, Varied};
use crate::study::{Canvas, MapCell, MapPlan};

use super::colour::{DIVERGED, MapColour, MapColours, UNSOLVED, diverged, fate_colour, words};
use crate::report::number::grouped;
use crate::report::plot::{Anchor, Axis, Frame, INK, MUTED, PAPER, Rgb, Scene, Stroke, colour_bar, text_width};
use crate::report::words::dashed;

/// Left edge of what stands beside the frame.
const BESIDE: f64 = 672.0;
const WIDTH: f64 = 940.0;
/// The frame's longer side.
const SIDE: f64 = 540.0;
const CORNER: (f64, f64) = (95.0, 84.0);

/// Where the map itself lies in the picture: its corner and its size.
pub(super) fn map_frame(plan: &MapPlan) -> ((f64, f64), (f64, f64)) {
    let (columns, rows) = plan.size();
    // A map of any shape stays legible.
    let height = (SIDE * rows as f64 / columns as f64).clamp(0.25 * SIDE, 1.6 * SIDE);
    (CORNER, (SIDE, height))
}

/// The map with axes and legend. `mark` names the point of the plane that the weights were taken from, if it is to be shown.
pub fn map_picture(canvas: &Canvas, plan: &MapPlan, what: MapColour, mark: Option<&str>) -> Scene {
    let (corner, size) = map_frame(plan);
    let height = size.1;
    // Beside a bar alone nothing is written.
    let width = if matches!(what, MapColour::Share(_)) { BESIDE + 90.0 } else { WIDTH };
    let mut scene = Scene::new(width, CORNER.1 + height + 100.0);
    let [x, y] = plan.axes();
    let [across, up] = plan.varied();
    let axis = |axis: &MapAxis, varied: Varied| Axis {
        label: label(varied, axis, plan.spec()),
        low: axis.range.low,
        high: axis.range.high,
        log: axis.range.log,
    };
    let frame = Frame { corner, size, x: axis(x, across), y: axis(y, up) };
    let colours = MapColours::of(what, canvas);
    let width = canvas.size().0;
    let pixels: Vec<Rgb> = canvas
        .points()
        .chunks(width)
        .rev()
        .flatten()
        .map(|point| point.map_or(PAPER, |cell| colours.colour(cell)))
        .collect();
    scene.image(frame.corner, frame.size, width, &pixels);
    frame.axes(&mut scene);
    if let (Some(name), Some(point)) = (mark, plan.origin()) {
        let (x, y) = frame.at((point[0], point[1]));
        let inside = |at: f64, start: f64, size: f64| (start..=start + size).contains(&at);
        if inside(x, frame.corner.0, SIDE) && inside(y, frame.corner.1, height) {
            scene.ring((x, y), 7.0, Stroke::new(PAPER, 4.5));
            scene.ring((x, y), 7.0, Stroke::new(INK, 2.0));
            let at = (BESIDE + 8.0, CORNER.1 + height - 8.0);
            scene.ring(at, 7.0, Stroke::new(INK, 2.0));
            scene.text((BESIDE + 26.0, at.1 + 4.8), KEY_SIZE, Anchor::Start, name);
        }
    }
    legend(&mut scene, canvas, plan, &colours, height);
    headings(&mut scene, canvas, plan, what, height);
    scene
}

const KEY_SIZE: f64 = 13.0;
const KEY_ROW: f64 = 23.0;

/// A colour bar where there is a scale, and a square for each other colour that occurs, with its share of the map.
fn legend(scene: &mut Scene, canvas: &Canvas, plan: &MapPlan, colours: &MapColours, height: f64) {
    let known = canvas.points().iter().flatten().count().max(1) as f64;
    let share = |holds: &dyn Fn(&MapCell) -> bool| {
        canvas.points().iter().flatten().filter(|cell| holds(cell)).count() as f64 / known
    };
    let mut keys: Vec<(Rgb, String, f64)> = Vec::new();
    match colours.what {
        MapColour::Fate => {
            let fates =
                Fate::ALL.into_iter().map(|fate| (fate_colour(fate), words(fate), share(&|cell| cell.fate == fate)));
            keys.extend(fates);
            keys.sort_by(|a, b| b.2.total_cmp(&a.2));
        }
        MapColour::Epochs => {
            let budget = grouped(plan.spec().epochs.into());
            let unsolved = share(&|cell| cell.count(Fate::Solved) == 0 && !diverged(cell));
            let none = if plan.start_count() > 1 { "none" } else { "not" };
            keys.push((UNSOLVED, format!("{none} solved in {budget} epochs"), unsolved));
            keys.push((DIVERGED, "diverged".into(), share(&diverged)));
        }
        MapColour::Loss => keys.push((DIVERGED, "diverged".into(), share(&diverged))),
        MapColour::Share(_) => {}
    }
    keys.retain(|(_, _, share)| *share > 0.0);
    let mut y = CORNER.1;
    if let Some(scale) = &colours.scale {
        let room = (height - KEY_ROW * (keys.len() as f64 + 2.0)).max(0.4 * height);
        colour_bar(scene, (BESIDE, y), (20.0, room), scale);
        y += room + KEY_ROW;
    }
    for (colour, name, share) in keys {
        scene.rectangle((BESIDE, y), (15.0, 15.0), colour, Some(Stroke::new(INK, 0.8)));
        let text = format!("{name}: {}", percentage(share));
        let size = (KEY_SIZE * (WIDTH - BESIDE - 34.0) / text_width(&text, KEY_SIZE)).min(KEY_SIZE);
        scene.text((BESIDE + 24.0, y + 12.2), size, Anchor::Start, &text);
        y += KEY_ROW;
    }
}

fn percentage(share: f64) -> String {
    if share < 0.001 { "under 0.1%".into() } else { format!("{:.1}%", 100.0 * share) }
}

/// The title, and below the picture what was the same for all pixels.
fn headings(scene: &mut Scene, canvas: &Canvas, plan: &MapPlan, what: MapColour, height: f64) {
    let spec = plan.spec();
    let sizes = dashed(&spec.layers);
    let says = match (what, plan.start_count()) {
        (MapColour::Epochs, 1) => "epochs until training solves it".to_owned(),
        (MapColour::Epochs, _) => "mean epochs until training solves it".to_owned(),
        (MapColour::Fate, 1) => "what becomes of training".to_owned(),
        (MapColour::Fate, _) => "what most often becomes of training".to_owned(),
        (MapColour::Loss, 1) => "loss after training".to_owned(),
        (MapColour::Loss, _) => "mean loss after training".to_owned(),
        (MapColour::Share(Fate::Solved), count) => format!("share of {count} starts that training solves"),
        (MapColour::Share(fate), count) => format!("share of {count} starts, {}", words(fate)),
    };
    let title = format!("{} by {sizes}: {says}", spec.task.to_string().to_uppercase());
    // Centred over the frame, whose middle lies left of the picture's.
    let fit = |text: &str, size: f64| (size * 1.3 * SIDE / text_width(text, size).max(1.0)).min(size);
    let middle = CORNER.0 + 0.5 * SIDE;
    scene.styled_text((middle, 40.0), fit(&title, 18.0), Anchor::Middle, &title, INK, true, 0.0);
    let sampled = if canvas.is_whole() { "" } else { ", not all of them drawn" };
    let sides = format!("{} × {} pixels{sampled}; {}", plan.size().0, plan.size().1, super::start_text(plan));
    scene.styled_text((middle, 64.0), fit(&sides, 12.5), Anchor::Middle, &sides, MUTED, false, 0.0);
    let settings = super::settings_text(plan);
    let foot = (middle, CORNER.1 + height + 78.0);
    scene.styled_text(foot, fit(&settings, 12.0), Anchor::Middle, &settings, MUTED, false, 0.0);
}

fn label(varied: Varied, axis: &MapAxis, spec: &Spec) -> String {
    match varied {
        Varied::Weight(_) => format!("starting weight {}", axis.name),
        Varied::Rate => "learning rate".into(),
        Varied::LayerRate(layer) => format!("learning rate of layer {}", layer + 1),
        Varied::Momentum => "momentum".into(),
        Varied::Init => spec.init.width_meaning().unwrap_or("width of the starts").into(),
    }
}

/// Pixels of the PNG to a unit of the scene, so that each point of the canvas has a whole number of them.
pub fn map_picture_scale(canvas: &Canvas) -> f64 {
    let columns = canvas.size().0 as f64;
    let times = (1.6 * SIDE / columns).round().max(1.0);
    times * columns / SIDE
}
