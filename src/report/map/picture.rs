//! A map, drawn: its pixels in colours, axes, a legend.

use crate::outcome::Fate;
use crate::spec::{MapAxis, Spec, Varied};
use crate::study::{Canvas, MapCell, MapPlan};

use super::colour::{DIVERGED, MapColour, MapColours, UNSOLVED, diverged, fate_colour, words};
use crate::report::number::grouped;
use crate::report::plot::{
    Anchor, Axis, Frame, INK, LEGEND_GAP, Lines, MUTED, PAPER, Rgb, Scene, Sheet, Stroke, text_width,
};
use crate::report::words::{dashed, named};

/// Left edge of what stands beside the frame on a wide sheet, and its widths.
const BESIDE: f64 = 672.0;
const WIDTH: f64 = 940.0;
const BAR_WIDTH: f64 = BESIDE + 90.0;
/// The frame's longer side on a wide sheet.
const SIDE: f64 = 540.0;
/// Its corner there.
const CORNER: (f64, f64) = (95.0, 84.0);

const KEY_SIZE: f64 = 13.0;
const KEY_ROW: f64 = 23.0;

/// What is drawn of a map.
#[derive(Clone, Copy)]
pub struct MapPicture<'a> {
    /// Its pixels.
    pub canvas: &'a Canvas,
    /// What they are.
    pub plan: &'a MapPlan,
    /// What their colours say.
    pub what: MapColour,
    /// Name of the point of the plane that the weights were taken from, if it is to be shown.
    pub mark: Option<&'a str>,
    /// Name of the result.
    pub label: Option<&'a str>,
}

/// Text around a map, and where the map lies.
pub(super) struct MapLayout {
    title: Lines,
    sides: Lines,
    settings: Lines,
    pub frame: Frame,
}

/// A square of a legend: its colour, its name, and its share of the map.
type ColourKey = (Rgb, String, f64);

impl MapPicture<'_> {
    /// With axes and legend.
    pub fn draw(&self, sheet: Sheet) -> Scene {
        let Self { canvas, plan, what, mark, .. } = *self;
        let layout = self.layout(sheet);
        let frame = &layout.frame;
        let colours = MapColours::of(what, canvas);
        let keys = self.keys();
        let mark = mark.zip(plan.origin()).filter(|(_, point)| {
            let inside = |share: f64| (0.0..=1.0).contains(&share);
            inside(frame.x.place(point[0])) && inside(frame.y.place(point[1]))
        });
        // Beside a bar alone nothing is written.
        let width = if matches!(what, MapColour::Share(_)) { BAR_WIDTH } else { WIDTH };
        let rows = keys.len() + usize::from(mark.is_some());
        let bar = if colours.scale.is_some() { 62.0 } else { 0.0 };
        let legend = sheet.pick(0.0, bar + KEY_ROW * rows as f64);
        let foot = frame.bottom() + sheet.pick(78.0, LEGEND_GAP + legend + 20.0);
        let mut scene = Scene::new(sheet.width(width), foot + layout.settings.extra() + sheet.pick(22.0, 14.0));
        let columns = canvas.size().0;
        let pixels: Vec<Rgb> = canvas
            .points()
            .chunks(columns)
            .rev()
            .flatten()
            .map(|point| point.map_or(PAPER, |cell| colours.colour(cell)))
            .collect();
        scene.image(frame.corner, frame.size, columns, &pixels);
        frame.axes(&mut scene);
        if let Some((name, point)) = mark {
            let at = frame.at((point[0], point[1]));
            scene.ring(at, 7.0, Stroke::new(PAPER, 4.5));
            scene.ring(at, 7.0, Stroke::new(INK, 2.0));
            let below = frame.bottom() + LEGEND_GAP + legend - KEY_ROW + 7.5;
            let at = sheet.pick((BESIDE + 8.0, frame.bottom() - 8.0), (20.0, below));
            scene.ring(at, 7.0, Stroke::new(INK, 2.0));
            scene.text((at.0 + 18.0, at.1 + 4.8), KEY_SIZE, Anchor::Start, name);
        }
        draw_legend(&mut scene, frame, &colours, keys, sheet);
        // Centred over the frame, whose middle lies left of the picture's where there is a legend beside it.
        let middle = sheet.pick(frame.corner.0 + 0.5 * frame.size.0, 0.5 * scene.width());
        let MapLayout { title, sides, settings, .. } = &layout;
        title.draw(&mut scene, (middle, 40.0), Anchor::Middle, INK);
        sides.draw(&mut scene, (middle, 64.0 + title.extra()), Anchor::Middle, MUTED);
        settings.draw(&mut scene, (middle, foot), Anchor::Middle, MUTED);
        scene
    }

    /// Where everything goes.
    pub(super) fn layout(&self, sheet: Sheet) -> MapLayout {
        let Self { canvas, plan, .. } = *self;
        let title = Lines::fit(&self.title(), sheet.pick((18.0, 11.0), (17.0, 14.5)), sheet.room(720.0), true);
        let sampled = if canvas.is_whole() { "" } else { ", not all of them drawn" };
        let sides = format!("{} × {} pixels{sampled}; {}", plan.size().0, plan.size().1, super::start_text(plan));
        let note = |text: &str, size: f64| {
            Lines::fit(text, sheet.pick((size, 6.0), (12.5, 12.5)), sheet.room(1.3 * SIDE), false)
        };
        let (sides, settings) = (note(&sides, 12.5), note(&super::settings::text(plan), 12.0));
        let ([x, y], [across, up]) = (plan.axes(), plan.varied());
        let axis = |axis: &MapAxis, varied: Varied| Axis {
            label: label(varied, axis, plan.spec()),
            low: axis.range.low,
            high: axis.range.high,
            log: axis.range.log,
        };
        let corner = (CORNER.0, CORNER.1 + title.extra() + sides.extra());
        let mut frame = sheet.frame(corner, (SIDE, SIDE), axis(x, across), axis(y, up));
        let (columns, rows) = plan.size();
        // A map of any shape stays legible.
        frame.size.1 = (frame.size.0 * rows as f64 / columns as f64).clamp(0.25 * frame.size.0, 1.6 * frame.size.0);
        // Beside a low frame a long label would run into the lines above it; the caption says it in full.
        if sheet == Sheet::Narrow && text_width(&frame.y.label, 14.5) > frame.size.1 {
            frame.y.label.clone_from(&y.name);
        }
        MapLayout { title, sides, settings, frame }
    }

    /// "XOR by 2-3-1: epochs until training solves it".
    fn title(&self) -> String {
        let spec = self.plan.spec();
        let says = match (self.what, self.plan.start_count()) {
            (MapColour::Epochs, 1) => "epochs until training solves it".to_owned(),
            (MapColour::Epochs, _) => "mean epochs until training solves it".to_owned(),
            (MapColour::Fate, 1) => "what becomes of training".to_owned(),
            (MapColour::Fate, _) => "what most often becomes of training".to_owned(),
            (MapColour::Loss, 1) => "loss after training".to_owned(),
            (MapColour::Loss, _) => "mean loss after training".to_owned(),
            (MapColour::Share(Fate::Solved), count) => format!("share of {count} starts that training solves"),
            (MapColour::Share(fate), count) => format!("share of {count} starts, {}", words(fate)),
        };
        let title = format!("{} by {}: {says}", spec.task.to_string().to_uppercase(), dashed(&spec.layers));
        named(self.label, &title)
    }

    /// A square for each colour beside the scale's that occurs.
    fn keys(&self) -> Vec<ColourKey> {
        let Self { canvas, plan, .. } = *self;
        let known = canvas.points().iter().flatten().count().max(1) as f64;
        let share = |holds: &dyn Fn(&MapCell) -> bool| {
            canvas.points().iter().flatten().filter(|cell| holds(cell)).count() as f64 / known
        };
        let mut keys: Vec<ColourKey> = Vec::new();
        match self.what {
            MapColour::Fate => {
                let fates = Fate::ALL
                    .into_iter()
                    .map(|fate| (fate_colour(fate), words(fate), share(&|cell| cell.fate == fate)));
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
        keys
    }
}

/// A colour bar where there is a scale, and squares with their names.
fn draw_legend(scene: &mut Scene, frame: &Frame, colours: &MapColours, keys: Vec<ColourKey>, sheet: Sheet) {
    let (left, mut y) = sheet.pick((BESIDE, frame.corner.1), (12.0, frame.bottom() + LEGEND_GAP));
    if let Some(scale) = &colours.scale {
        let height = frame.size.1;
        let room = (height - KEY_ROW * (keys.len() as f64 + 2.0)).max(0.4 * height);
        sheet.bar(scene, frame, (BESIDE, y), (20.0, room), scale);
        y += sheet.pick(room + KEY_ROW, 62.0);
    }
    let room = sheet.pick(WIDTH, sheet.width(WIDTH)) - left - 34.0;
    for (colour, name, share) in keys {
        scene.rectangle((left, y), (15.0, 15.0), colour.kept(), Some(Stroke::new(INK, 0.8)));
        let text = format!("{name}: {}", percentage(share));
        let size = (KEY_SIZE * room / text_width(&text, KEY_SIZE)).min(KEY_SIZE);
        scene.text((left + 24.0, y + 12.2), size, Anchor::Start, &text);
        y += KEY_ROW;
    }
}

fn percentage(share: f64) -> String {
    if share < 0.001 { "under 0.1%".into() } else { format!("{:.1}%", 100.0 * share) }
}

fn label(varied: Varied, axis: &MapAxis, spec: &Spec) -> String {
    match varied {
        Varied::Weight(_) => format!("starting weight {}", axis.name),
        Varied::Rate => "learning rate".into(),
        Varied::LayerRate(layer) => format!("learning rate of layer {}", layer + 1),
        Varied::Momentum => "momentum".into(),
        Varied::Init => spec.init.width_meaning().unwrap_or("width of the starts").into(),
        Varied::Shared(name) => {
            MapAxis::SHARED.iter().find(|(shared, _)| *shared == name).map_or(name, |row| row.1).into()
        }
    }
}

/// Pixels of the PNG to a unit of the scene, so that each point of the canvas has a whole number of them.
pub fn map_picture_scale(canvas: &Canvas) -> f64 {
    let columns = canvas.size().0 as f64;
    let times = (1.6 * SIDE / columns).round().max(1.0);
    times * columns / SIDE
}
