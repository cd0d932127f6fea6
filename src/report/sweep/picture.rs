//! A sweep, drawn: lines with their intervals over a numeric setting, cells over two settings, or marks over words.

use crate::spec::{Values, Vary};
use crate::study::{Sweep, SweepPoint};

use crate::report::number::{grouped, percent};
use crate::report::plot::{
    Anchor, Axis, Colours, Frame, INK, Key, MUTED, PALETTE, Rgb, Scene, Stroke, colour_bar, legend_size, text_width,
};

/// Most values of a setting that stay apart as lines.
const LINE_LIMIT: usize = 7;
/// Most values a side that are drawn as cells with their numbers.
const CELL_LIMIT: usize = 16;

/// The picture that suits what was varied.
pub fn sweep_picture(sweep: &Sweep, title: &str) -> Scene {
    let counts: Vec<usize> =
        sweep.varied.iter().map(|vary| vary.texts().map_or(usize::MAX, |texts| texts.len())).collect();
    let numeric = |at: usize| sweep.varied[at].is_numeric();
    if let [rows, columns] = counts[..] {
        let few = rows.min(columns) <= 4 && rows.max(columns) > 4;
        let line_like = few && numeric(if rows > columns { 0 } else { 1 });
        if rows.max(columns) <= CELL_LIMIT && !line_like {
            return cells(sweep, title);
        }
        if rows.min(columns) > LINE_LIMIT && rows.max(columns) < usize::MAX && numeric(0) && numeric(1) {
            return heat(sweep, title);
        }
    }
    // Along the numeric setting with the most values; without one, along the first.
    let along = (0..counts.len()).filter(|at| numeric(*at)).max_by_key(|at| (counts[*at], std::cmp::Reverse(*at)));
    lines(sweep, title, along.unwrap_or(0))
}

fn number(point: &SweepPoint, setting: usize) -> f64 {
    point.values[setting].parse().unwrap_or(f64::NAN)
}

fn axis_of(vary: &Vary, numbers: impl Iterator<Item = f64>) -> Axis {
    Axis::around(vary.name.clone(), numbers, vary.is_log())
}

const RATE_LABEL: &str = "share solved";

/// One line a combination of the other settings, each point with its interval.
fn lines(sweep: &Sweep, title: &str, along: usize) -> Scene {
    let vary = &sweep.varied[along];
    let words = !vary.is_numeric();
    let texts = vary.texts().unwrap_or_default();
    let place = |point: &SweepPoint| match words {
        true => texts.iter().position(|text| *text == point.values[along]).unwrap_or(0) as f64,
        false => number(point, along),
    };
    let x = match words {
        true => Axis::linear(vary.name.clone(), -0.5, texts.len() as f64 - 0.5),
        false => axis_of(vary, sweep.points.iter().map(place)),
    };
    let lowest = sweep.points.iter().map(|point| point.interval.low).fold(1.0, f64::min);
    // High rates are told apart only where the axis is cut.
    let floor = if lowest > 0.5 { (10.0 * lowest - 0.5).floor() / 10.0 } else { 0.0 };
    let y = Axis::linear(RATE_LABEL, floor, 1.0);
    let frame = Frame { corner: (95.0, 70.0), size: (725.0, 425.0), x, y };
    let groups = groups(sweep, along);
    let drawn = groups.len().min(LINE_LIMIT);
    let random = matches!(vary.values, Values::Random(..));
    let keys: Vec<Key> = groups
        .iter()
        .take(drawn)
        .zip(PALETTE)
        .map(|((name, _), colour)| Key { colour, dashed: false, name: name.clone() })
        .collect();
    // Scattered points leave no corner free: their legend stands beside the frame.
    let beside = if random && groups.len() > 1 { legend_size(&keys).0 } else { 0.0 };
    let mut scene = Scene::new(860.0 + beside, 580.0);
    frame.grid(&mut scene);
    for ((_, points), colour) in groups.iter().take(drawn).zip(PALETTE) {
        let mut sorted: Vec<&SweepPoint> = points.clone();
        sorted.sort_by(|a, b| place(a).total_cmp(&place(b)));
        let line = |value: &dyn Fn(&SweepPoint) -> f64| -> Vec<(f64, f64)> {
            sorted.iter().map(|point| (place(point), value(point))).collect()
        };
        if !words && !random {
            frame.band(&mut scene, &line(&|point| point.interval.low), &line(&|point| point.interval.high), colour);
            frame.line(&mut scene, &line(&SweepPoint::rate), Stroke::new(colour, 2.2));
        }
        for point in &sorted {
            whisker(&mut scene, &frame, place(point), point, colour);
        }
    }
    frame.axes_with(&mut scene, words.then_some(&texts[..]));
    frame.title(&mut scene, title);
    if beside > 0.0 {
        frame.legend_beside(&mut scene, &keys);
    } else if groups.len() > 1 {
        let (right, top) = emptiest(&frame, sweep, &place);
        frame.legend(&mut scene, &keys, right, top);
    }
    let more =
        if groups.len() > drawn { format!("; {} of {} lines shown", drawn, groups.len()) } else { String::new() };
    footnote(&mut scene, sweep, &more);
    scene
}

/// A disc with its interval as a bar.
fn whisker(scene: &mut Scene, frame: &Frame, x: f64, point: &SweepPoint, colour: Rgb) {
    let ((x, low), (_, high)) = (frame.at((x, point.interval.low)), frame.at((x, point.interval.high)));
    let (_, rate) = frame.at((0.0, point.rate()));
    scene.line(&[(x, low), (x, high)], Stroke::new(colour, 1.6));
    for end in [low, high] {
        scene.line(&[(x - 3.5, end), (x + 3.5, end)], Stroke::new(colour, 1.6));
    }
    scene.disc((x, rate), 3.4, colour, None);
}

/// Points by their values of all settings but one.
fn groups(sweep: &Sweep, along: usize) -> Vec<(String, Vec<&SweepPoint>)> {
    // Settings that are drawn together with the one on the axis do not tell lines apart.
    let random = |at: &usize| matches!(sweep.varied[*at].values, Values::Random(..));
    let others: Vec<usize> = (0..sweep.varied.len()).filter(|at| *at != along && !random(at)).collect();
    let mut groups: Vec<(String, Vec<&SweepPoint>)> = Vec::new();
    for point in &sweep.points {
        let named: Vec<String> =
            others.iter().map(|at| format!("{} {}", sweep.varied[*at].name, point.values[*at])).collect();
        let name = named.join(", ");
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point),
            None => groups.push((name, vec![point])),
        }
    }
    groups
}

/// The corner of the frame with the fewest points: right or left, top or bottom.
fn emptiest(frame: &Frame, sweep: &Sweep, place: &dyn Fn(&SweepPoint) -> f64) -> (bool, bool) {
    let crowd = |(right, top): (bool, bool)| {
        let inside = |point: &&SweepPoint| {
            let (across, up) = (frame.x.place(place(point)), point.rate());
            (if right { across > 0.6 } else { across < 0.4 }) && (if top { up > 0.6 } else { up < 0.4 })
        };
        sweep.points.iter().filter(inside).count()
    };
    let corners = [(true, false), (false, false), (false, true), (true, true)];
    corners.into_iter().min_by_key(|corner| crowd(*corner)).unwrap_or((true, false))
}

/// A cell for each pair of values, with the rate and its interval written in it.
fn cells(sweep: &Sweep, title: &str) -> Scene {
    let texts = |at: usize| sweep.varied[at].texts().unwrap_or_default();
    let (up, across) = (texts(0), texts(1));
    let cell = (640.0 / across.len() as f64).clamp(40.0, 130.0);
    let height = (cell * 0.62).max(34.0);
    let widest = up.iter().map(|text| text_width(text, 13.0)).fold(20.0, f64::max);
    let corner = (62.0 + widest, 78.0);
    let size = (cell * across.len() as f64, height * up.len() as f64);
    let mut scene = Scene::new((corner.0 + size.0 + 130.0).max(430.0), corner.1 + size.1 + 105.0);
    let colours = Colours::viridis(Axis::linear(RATE_LABEL, 0.0, 1.0));
    let place = |column: usize, row: usize| (corner.0 + cell * column as f64, corner.1 + height * row as f64);
    for point in &sweep.points {
        let column = across.iter().position(|text| *text == point.values[1]).unwrap_or(0);
        // Larger values stand higher, as on an axis.
        let row = up.len() - 1 - up.iter().position(|text| *text == point.values[0]).unwrap_or(0);
        let (x, y) = place(column, row);
        let colour = colours.of(point.rate());
        scene.rectangle((x, y), (cell, height), colour, Some(Stroke::new(Rgb(255, 255, 255), 1.0)));
        let half = point.interval.half_width();
        let text_size = (cell / 5.2).clamp(9.0, 14.5);
        let middle = (x + 0.5 * cell, y + 0.5 * height);
        let two_lines = cell >= 62.0;
        let lift = if two_lines { -2.0 } else { text_size * 0.35 };
        let rate = percent(point.rate(), half.max(0.0005));
        scene.styled_text((middle.0, middle.1 + lift), text_size, Anchor::Middle, &rate, colour.contrast(), true, 0.0);
        if two_lines {
            let digits = |share: f64| percent(share, half.max(0.0005)).trim_end_matches('%').to_owned();
            let interval = format!("{}–{}", digits(point.interval.low), digits(point.interval.high));
            let at = (middle.0, middle.1 + 0.95 * text_size);
            scene.styled_text(at, text_size * 0.74, Anchor::Middle, &interval, colour.contrast(), false, 0.0);
        }
    }
    let bottom = corner.1 + size.1;
    for (column, text) in across.iter().enumerate() {
        scene.text((corner.0 + cell * (column as f64 + 0.5), bottom + 19.0), 13.0, Anchor::Middle, text);
    }
    for (row, text) in up.iter().rev().enumerate() {
        let y = corner.1 + height * (row as f64 + 0.5) + 4.5;
        scene.text((corner.0 - 9.0, y), 13.0, Anchor::End, text);
    }
    scene.text((corner.0 + 0.5 * size.0, bottom + 43.0), 14.5, Anchor::Middle, &sweep.varied[1].name);
    let beside = (corner.0 - 24.0 - widest, corner.1 + 0.5 * size.1);
    scene.styled_text(beside, 14.5, Anchor::Middle, &sweep.varied[0].name, INK, false, -90.0);
    colour_bar(&mut scene, (corner.0 + size.0 + 24.0, corner.1), (18.0, size.1.max(90.0)), &colours);
    let size = (17.0 * scene.width() * 0.92 / text_width(title, 17.0).max(1.0)).clamp(10.0, 17.0);
    let at = (0.5 * scene.width(), 40.0);
    scene.styled_text(at, size, Anchor::Middle, title, INK, true, 0.0);
    footnote(&mut scene, sweep, "");
    scene
}

/// Two numeric settings with many values.
fn heat(sweep: &Sweep, title: &str) -> Scene {
    let mut scene = Scene::new(800.0, 700.0);
    let axis = |at: usize| {
        let numbers = || sweep.points.iter().map(|point| number(point, at));
        let (low, high) =
            numbers().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), n| (low.min(n), high.max(n)));
        // Cells lie around their values: half a step further at either end.
        let steps = sweep.varied[at].texts().map_or(1, |texts| texts.len().max(2) - 1) as f64;
        let log = sweep.varied[at].is_log();
        let (low, high) = match log {
            true => (low / (high / low).powf(0.5 / steps), high * (high / low).powf(0.5 / steps)),
            false => (low - 0.5 * (high - low) / steps, high + 0.5 * (high - low) / steps),
        };
        Axis { label: sweep.varied[at].name.clone(), low, high, log }
    };
    let frame = Frame { corner: (95.0, 70.0), size: (540.0, 540.0), x: axis(1), y: axis(0) };
    let colours = Colours::viridis(Axis::linear(RATE_LABEL, 0.0, 1.0));
    let columns = sweep.varied[1].texts().map_or(1, |texts| texts.len());
    let mut rates: Vec<f64> = sweep.points.iter().map(SweepPoint::rate).collect();
    rates.resize(sweep.asked, f64::NAN);
    frame.heat(&mut scene, columns, &rates, &colours);
    frame.axes(&mut scene);
    frame.title(&mut scene, title);
    colour_bar(&mut scene, (670.0, 70.0), (20.0, 540.0), &colours);
    let widest = sweep.points.iter().map(|point| point.interval.half_width()).fold(0.0, f64::max);
    let note = format!("a cell; 95% intervals of at most ±{:.1} points", 100.0 * widest);
    foot(&mut scene, &format!("{} networks {note}", counts(sweep)));
    scene
}

/// What a mark stands for.
fn footnote(scene: &mut Scene, sweep: &Sweep, more: &str) {
    foot(scene, &format!("{} networks a point, with 95% intervals, each by itself{more}", counts(sweep)));
}

/// How many networks points have.
pub(super) fn counts(sweep: &Sweep) -> String {
    match sweep.network_counts() {
        (fewest, most) if fewest == most => grouped(most),
        (fewest, most) => format!("{} to {}", grouped(fewest), grouped(most)),
    }
}

/// A line at the foot of the picture.
fn foot(scene: &mut Scene, text: &str) {
    let size = (11.5 * scene.width() * 0.92 / text_width(text, 11.5)).min(11.5);
    let at = (0.5 * scene.width(), scene.height() - 14.0);
    scene.styled_text(at, size, Anchor::Middle, text, MUTED, false, 0.0);
}

/// "XOR: share solved within 10,000 epochs".
pub fn sweep_title(sweep: &Sweep) -> String {
    let varied = |name: &str| sweep.varied.iter().any(|vary| vary.name == name);
    let task = if varied("task") { String::new() } else { format!("{}: ", sweep.spec.task.to_string().to_uppercase()) };
    let budget = match varied("epochs") {
        true => "share solved within the budget".to_owned(),
        false => format!("share solved within {} epochs", grouped(sweep.spec.epochs.into())),
    };
    format!("{task}{budget}")
}
