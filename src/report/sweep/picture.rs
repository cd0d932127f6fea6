//! A sweep, drawn: lines with their intervals over a numeric setting, cells over two settings, or marks over words.

use crate::spec::{VariedValues, Vary};
use crate::study::{Sweep, SweepPoint};

use crate::report::number::{grouped, percent};
use crate::report::plot::{
    Anchor, Axis, Colours, Frame, INK, Key, LEGEND_GAP, Legend, Lines, MUTED, PALETTE, Rgb, Scene, Sheet, Stroke,
    WordTicks, colour_bar, shortened, text_width,
};

/// Most values of a setting that stay apart as lines.
const LINE_LIMIT: usize = 7;
/// Most values a side that are drawn as cells with their numbers.
const CELL_LIMIT: usize = 16;

/// The picture that suits what was varied.
pub fn sweep_picture(sweep: &Sweep, title: &str, sheet: Sheet) -> Scene {
    let counts: Vec<usize> =
        sweep.varied.iter().map(|vary| vary.texts().map_or(usize::MAX, |texts| texts.len())).collect();
    let numeric = |at: usize| sweep.varied[at].is_numeric();
    if let [rows, columns] = counts[..] {
        let few = rows.min(columns) <= 4 && rows.max(columns) > 4;
        let line_like = few && numeric(if rows > columns { 0 } else { 1 });
        if rows.max(columns) <= CELL_LIMIT && !line_like {
            return cells(sweep, title, sheet);
        }
        if rows.min(columns) > LINE_LIMIT && rows.max(columns) < usize::MAX && numeric(0) && numeric(1) {
            return heat(sweep, title, sheet);
        }
    }
    // Along the numeric setting with the most values; without one, along the first.
    let along = (0..counts.len()).filter(|at| numeric(*at)).max_by_key(|at| (counts[*at], std::cmp::Reverse(*at)));
    lines(sweep, title, along.unwrap_or(0), sheet)
}

fn number(point: &SweepPoint, setting: usize) -> f64 {
    point.values[setting].parse().unwrap_or(f64::NAN)
}

fn axis_of(vary: &Vary, numbers: impl Iterator<Item = f64>) -> Axis {
    Axis::around(vary.name.clone(), numbers, vary.is_log())
}

const RATE_LABEL: &str = "share solved";

/// One line a combination of the other settings, each point with its interval.
fn lines(sweep: &Sweep, title: &str, along: usize, sheet: Sheet) -> Scene {
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
    let title = sheet.title(title, 725.0);
    let frame = sheet.frame((95.0, 70.0 + title.extra()), (725.0, 425.0), x, y);
    let groups = groups(sweep, along);
    let drawn = groups.len().min(LINE_LIMIT);
    let random = matches!(vary.values, VariedValues::Random(..));
    let keys: Vec<Key> = groups
        .iter()
        .take(drawn)
        .zip(PALETTE)
        .map(|((name, _), colour)| Key { colour, dashed: false, name: name.clone() })
        .collect();
    let several = groups.len() > 1;
    // Scattered points leave no corner free: their legend stands beside the frame. On a narrow sheet no legend has room in it.
    let (beside, below) = (several && random && sheet == Sheet::Wide, several && sheet == Sheet::Narrow);
    let legend = Legend::new(&keys, sheet.room(if random { 400.0 } else { frame.size.0 - 20.0 }));
    let worded = words.then(|| frame.word_ticks(&texts));
    let lower = worded.as_ref().map_or(0.0, WordTicks::extra);
    let more =
        if groups.len() > drawn { format!("; {} of {} lines shown", drawn, groups.len()) } else { String::new() };
    let width = sheet.width(860.0) + if beside { legend.size.0 } else { 0.0 };
    let note = footnote(sweep, &more, sheet, width);
    let height = frame.bottom() + 85.0 + lower + note.extra() + if below { legend.size.1 + 8.0 } else { 0.0 };
    let mut scene = Scene::new(width, height);
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
    match &worded {
        Some(words) => frame.worded_axes(&mut scene, words),
        None => frame.axes(&mut scene),
    }
    sheet.head(&mut scene, &frame, &title);
    if beside {
        frame.legend_beside(&mut scene, &legend);
    } else if below {
        frame.legend_below(&mut scene, &legend, lower);
    } else if several {
        let (right, top) = emptiest(&frame, sweep, &place);
        frame.legend(&mut scene, &legend, right, top);
    }
    foot(&mut scene, &note);
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
    let random = |at: &usize| matches!(sweep.varied[*at].values, VariedValues::Random(..));
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
fn cells(sweep: &Sweep, title: &str, sheet: Sheet) -> Scene {
    let texts = |at: usize| sweep.varied[at].texts().unwrap_or_default();
    let (up, across) = (texts(0), texts(1));
    // Long names leave room for the cells.
    let up: Vec<String> = up.iter().map(|text| shortened(text, 13.0, sheet.pick(400.0, 110.0))).collect();
    let widest = up.iter().map(|text| text_width(text, 13.0)).fold(20.0, f64::max);
    let left = sheet.pick(62.0, 46.0) + widest;
    let cell = match sheet {
        Sheet::Wide => (640.0 / across.len() as f64).clamp(40.0, 130.0),
        Sheet::Narrow => ((sheet.width(0.0) - left - 12.0) / across.len() as f64).min(130.0),
    };
    let height = (cell * 0.62).max(34.0);
    let size = (cell * across.len() as f64, height * up.len() as f64);
    let width = sheet.pick((left + size.0 + 130.0).max(430.0), sheet.width(0.0));
    let title = Lines::fit(title, (17.0, sheet.pick(10.0, 14.5)), sheet.room(width - 16.0), true);
    let corner = (left, 78.0 + title.extra());
    let words = WordTicks::new(&across, corner.0 + 0.5 * cell, cell);
    let note = footnote(sweep, "", sheet, width);
    // The bar lies beside the cells, or below them.
    let bar = sheet.pick(((left + size.0 + 24.0, corner.1), (18.0, size.1.max(90.0))), {
        let below = corner.1 + size.1 + LEGEND_GAP + words.extra();
        ((left, below), (size.0.max(120.0), 16.0))
    });
    let foot_room = words.extra() + note.extra() + sheet.pick(105.0, LEGEND_GAP + 95.0);
    let mut scene = Scene::new(width, corner.1 + size.1 + foot_room);
    let colours = Colours::viridis(Axis::linear(RATE_LABEL, 0.0, 1.0));
    let place = |column: usize, row: usize| (corner.0 + cell * column as f64, corner.1 + height * row as f64);
    for point in &sweep.points {
        let column = across.iter().position(|text| *text == point.values[1]).unwrap_or(0);
        // Larger values stand higher, as on an axis.
        let row = up.len() - 1 - texts(0).iter().position(|text| *text == point.values[0]).unwrap_or(0);
        let (x, y) = place(column, row);
        let colour = colours.of(point.rate());
        scene.rectangle((x, y), (cell, height), colour, Some(Stroke::new(Rgb(255, 255, 255), 1.0)));
        let half = point.interval.half_width();
        // What could not be read is not written: the colour tells about it, and the table has it.
        if cell < 38.0 {
            continue;
        }
        let text_size = (cell / 5.2).clamp(sheet.pick(9.0, 11.5), 14.5);
        let middle = (x + 0.5 * cell, y + 0.5 * height);
        let two_lines = cell >= sheet.pick(62.0, 80.0);
        let lift = if two_lines { -2.0 } else { text_size * 0.35 };
        let rate = percent(point.rate(), half.max(0.0005));
        scene.styled_text((middle.0, middle.1 + lift), text_size, Anchor::Middle, &rate, colour.contrast(), true, 0.0);
        if two_lines {
            let digits = |share: f64| percent(share, half.max(0.0005)).trim_end_matches('%').to_owned();
            let interval = format!("{}–{}", digits(point.interval.low), digits(point.interval.high));
            let at = (middle.0, middle.1 + 0.95 * text_size);
            let small = (text_size * 0.74).max(sheet.pick(0.0, 11.5));
            scene.styled_text(at, small, Anchor::Middle, &interval, colour.contrast(), false, 0.0);
        }
    }
    let bottom = corner.1 + size.1;
    words.draw(&mut scene, bottom + 19.0, |_, _| {});
    for (row, text) in up.iter().rev().enumerate() {
        let y = corner.1 + height * (row as f64 + 0.5) + 4.5;
        scene.text((corner.0 - 9.0, y), 13.0, Anchor::End, text);
    }
    let label = (corner.0 + 0.5 * size.0, bottom + 43.0 + words.extra());
    scene.text(label, 14.5, Anchor::Middle, &sweep.varied[1].name);
    let beside = (corner.0 - 24.0 - widest, corner.1 + 0.5 * size.1);
    scene.styled_text(beside, 14.5, Anchor::Middle, &sweep.varied[0].name, INK, false, -90.0);
    colour_bar(&mut scene, bar.0, bar.1, &colours);
    title.draw(&mut scene, (0.5 * width, 40.0), Anchor::Middle, INK);
    foot(&mut scene, &note);
    scene
}

/// Two numeric settings with many values.
fn heat(sweep: &Sweep, title: &str, sheet: Sheet) -> Scene {
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
    let title = sheet.title(title, 540.0);
    let frame = sheet.frame((95.0, 70.0 + title.extra()), (540.0, 540.0), axis(1), axis(0));
    let widest = sweep.points.iter().map(|point| point.interval.half_width()).fold(0.0, f64::max);
    let note = format!("{} networks a cell; 95% intervals of at most ±{:.1} points", counts(sweep), 100.0 * widest);
    let width = sheet.width(800.0);
    let note = sheet.note(&note, width * 0.92);
    let mut scene = Scene::new(width, frame.bottom() + sheet.below(70.0) + sheet.pick(20.0, 30.0) + note.extra());
    let colours = Colours::viridis(Axis::linear(RATE_LABEL, 0.0, 1.0));
    let columns = sweep.varied[1].texts().map_or(1, |texts| texts.len());
    let mut rates: Vec<f64> = sweep.points.iter().map(SweepPoint::rate).collect();
    rates.resize(sweep.asked, f64::NAN);
    frame.heat(&mut scene, columns, &rates, &colours);
    frame.axes(&mut scene);
    sheet.head(&mut scene, &frame, &title);
    sheet.bar(&mut scene, &frame, (670.0, frame.corner.1), (20.0, 540.0), &colours);
    foot(&mut scene, &note);
    scene
}

/// What a mark stands for.
fn footnote(sweep: &Sweep, more: &str, sheet: Sheet, width: f64) -> Lines {
    let note = format!("{} networks a point, with 95% intervals, each by itself{more}", counts(sweep));
    sheet.note(&note, width * 0.92)
}

/// How many networks points have.
pub(super) fn counts(sweep: &Sweep) -> String {
    match sweep.network_counts() {
        (fewest, most) if fewest == most => grouped(most),
        (fewest, most) => format!("{} to {}", grouped(fewest), grouped(most)),
    }
}

/// A note at the foot of the picture.
fn foot(scene: &mut Scene, note: &Lines) {
    let at = (0.5 * scene.width(), scene.height() - 14.0 - note.extra());
    note.draw(scene, at, Anchor::Middle, MUTED);
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
