//! A loss over a plane, drawn: the surface, the map with paths of descent, and where it is flat.

use crate::study::Surface;

use crate::report::plot::{
    Anchor, Axis, Colours, Frame, INK, LEGEND_GAP, Lines, PAPER, Rgb, Scene, Sheet, Solid, Stroke, colour_bar, contours,
};

/// Rows and columns of the surface's patches at most.
const PATCHES: usize = 61;
const RIGHT: Rgb = Rgb(255, 255, 255);
const WRONG: Rgb = Rgb(255, 120, 70);

/// The surface seen from aside.
pub fn surface_picture(surface: &Surface, title: &str, sheet: Sheet) -> Scene {
    let title = Lines::fit(title, (18.0, sheet.pick(12.0, 14.5)), sheet.room(840.0), true);
    let (width, lower) = (sheet.width(860.0), title.extra());
    let mut scene = Scene::new(width, sheet.pick(660.0, 470.0) + lower);
    let (low, high) = surface.loss_range();
    let solid = Solid {
        centre: sheet.pick((400.0, 345.0 + lower), (216.0, 215.0 + lower)),
        scale: sheet.pick(430.0, 216.0),
        azimuth: 35.0,
        elevation: 32.0,
        rise: 0.62,
        x: ends(&surface.x_name, &surface.x),
        y: ends(&surface.y_name, &surface.y),
        z: Axis::linear(surface.loss_name.clone(), low.min(0.0), high).rounded(),
    };
    solid.axes(&mut scene);
    // The upright axis names the loss already.
    let colours = Colours::viridis(Axis::linear("", low, high).rounded());
    let (columns, loss) = resampled(surface.x.len(), &surface.loss, sheet.pick(PATCHES, PATCHES * 2 / 3));
    solid.surface(&mut scene, columns, &loss, &colours);
    let bar = sheet.pick(((745.0, 130.0 + lower), (20.0, 380.0)), ((60.0, 420.0 + lower), (300.0, 16.0)));
    colour_bar(&mut scene, bar.0, bar.1, &colours);
    title.draw(&mut scene, (0.5 * width, 42.0), Anchor::Middle, INK);
    scene
}

/// The plane from above: colours, contours, and paths of descent.
pub fn surface_map(surface: &Surface, title: &str, sheet: Sheet) -> Scene {
    let (low, high) = surface.loss_range();
    let (mut scene, frame, title) = plane(surface, title, sheet, legend_rows(surface).count());
    let colours = Colours::viridis(Axis::linear(surface.loss_name.clone(), low, high).rounded());
    frame.heat(&mut scene, surface.x.len(), &surface.loss, &colours);
    for level in levels(surface, 10) {
        draw_contour(
            &mut scene,
            &frame,
            surface,
            &surface.loss,
            level,
            Stroke { opacity: 0.55, ..Stroke::new(PAPER, 1.0) },
        );
    }
    for path in &surface.paths {
        let colour = if path.right { RIGHT } else { WRONG };
        frame.line(&mut scene, &path.points, Stroke::new(INK, 4.4));
        frame.line(&mut scene, &path.points, Stroke::new(colour, 2.4));
        for (at, radius) in [(path.points.first(), 5.0), (path.points.last(), 3.4)] {
            if let Some(point) = at {
                scene.disc(frame.at(*point), radius, colour, Some(Stroke::new(INK, 1.4)));
            }
        }
    }
    frame.axes(&mut scene);
    sheet.head(&mut scene, &frame, &title);
    sheet.bar(&mut scene, &frame, (670.0, frame.corner.1), (20.0, 540.0), &colours);
    legend(&mut scene, surface, &frame, sheet);
    scene
}

/// The title of [`slope_map`], from that of the surface.
pub fn slope_title(title: &str) -> String {
    format!("{title}: where it is flat")
}

/// Where the plane is flat: the gradient's norm, on a logarithmic scale.
pub fn slope_map(surface: &Surface, title: &str, sheet: Sheet) -> Scene {
    let (mut scene, frame, title) = plane(surface, title, sheet, 0);
    let largest = surface.slope.iter().copied().filter(|slope| slope.is_finite()).fold(1e-6, f64::max);
    let colours = Colours::inferno(Axis::log("gradient norm", largest.min(1.0) * 1e-6, largest));
    let shown: Vec<f64> = surface.slope.iter().map(|slope| slope.max(colours.axis.low)).collect();
    frame.heat(&mut scene, surface.x.len(), &shown, &colours);
    for level in [1e-4, 1e-3, 1e-2, 1e-1] {
        draw_contour(&mut scene, &frame, surface, &shown, level, Stroke { opacity: 0.5, ..Stroke::new(PAPER, 1.0) });
    }
    frame.axes(&mut scene);
    sheet.head(&mut scene, &frame, &title);
    sheet.bar(&mut scene, &frame, (670.0, frame.corner.1), (20.0, 540.0), &colours);
    scene
}

/// The sheet, the frame of the plane on it, and the title; with so many rows of a legend.
fn plane(surface: &Surface, title: &str, sheet: Sheet, legend: usize) -> (Scene, Frame, Lines) {
    let title = sheet.title(title, 540.0);
    let (x, y) = (ends(&surface.x_name, &surface.x), ends(&surface.y_name, &surface.y));
    let frame = sheet.frame((90.0, 70.0 + title.extra()), (540.0, 540.0), x, y);
    let legend = sheet.pick(0.0, LEGEND_ROW * legend as f64);
    (Scene::new(sheet.width(790.0), frame.bottom() + sheet.below(90.0) + legend), frame, title)
}

/// Distance between lines of the legend.
const LEGEND_ROW: f64 = 24.0;

/// How paths end.
fn legend_rows(surface: &Surface) -> impl Iterator<Item = (Rgb, &'static str)> {
    let (right, wrong) = (surface.paths.iter().any(|path| path.right), surface.paths.iter().any(|path| !path.right));
    let rows = [(right, RIGHT, "descent that ends right"), (wrong, WRONG, "descent that is stuck on the wrong side")];
    rows.into_iter().filter(|(shown, ..)| *shown).map(|(_, colour, name)| (colour, name))
}

/// Kinds of paths, beside each other or, on a narrow sheet, below each other.
fn legend(scene: &mut Scene, surface: &Surface, frame: &Frame, sheet: Sheet) {
    let step = sheet.pick((240.0, 0.0), (0.0, LEGEND_ROW));
    let (mut x, mut y) = (sheet.pick(90.0, 20.0), frame.bottom() + sheet.pick(72.0, LEGEND_GAP + 72.0));
    for (colour, name) in legend_rows(surface) {
        scene.line(&[(x, y), (x + 26.0, y)], Stroke::new(INK, 4.4));
        scene.line(&[(x, y), (x + 26.0, y)], Stroke::new(colour, 2.4));
        scene.disc((x, y), 5.0, colour, Some(Stroke::new(INK, 1.4)));
        scene.text((x + 36.0, y + 4.5), 13.0, Anchor::Start, name);
        (x, y) = (x + step.0, y + step.1);
    }
}

fn draw_contour(scene: &mut Scene, frame: &Frame, surface: &Surface, numbers: &[f64], level: f64, stroke: Stroke) {
    let (columns, thin) = resampled(surface.x.len(), numbers, 160);
    let rows = thin.len() / columns;
    let lines: Vec<Vec<(f64, f64)>> = contours(columns, &thin, level)
        .into_iter()
        .map(|line| {
            let place = |(column, row): (f64, f64)| {
                let across = column / (columns - 1) as f64;
                let up = row / (rows - 1) as f64;
                (frame.corner.0 + across * frame.size.0, frame.corner.1 + (1.0 - up) * frame.size.1)
            };
            line.into_iter().map(place).collect()
        })
        .collect();
    scene.segments(&lines, stroke);
}

/// Evenly spread losses between the lowest and the highest; none at either, where a plateau would be all contour.
fn levels(surface: &Surface, count: usize) -> Vec<f64> {
    let (low, high) = surface.loss_range();
    (0..count).map(|level| low + (high - low) * (level as f64 + 0.5) / count as f64).collect()
}

/// A grid at most so fine, by bilinear interpolation between its points; ends stay.
fn resampled(columns: usize, numbers: &[f64], most: usize) -> (usize, Vec<f64>) {
    let rows = numbers.len() / columns;
    let (across, up) = (columns.min(most), rows.min(most));
    let place = |at: usize, kept: usize, count: usize| {
        let place = at as f64 * (count - 1) as f64 / (kept - 1) as f64;
        let below = (place as usize).min(count - 2);
        (below, place - below as f64)
    };
    let sample = |column: usize, row: usize| {
        let ((x, right), (y, high)) = (place(column, across, columns), place(row, up, rows));
        let number = |x: usize, y: usize| numbers[y * columns + x];
        let (low_row, high_row) = (
            number(x, y) + right * (number(x + 1, y) - number(x, y)),
            number(x, y + 1) + right * (number(x + 1, y + 1) - number(x, y + 1)),
        );
        low_row + high * (high_row - low_row)
    };
    (across, (0..up).flat_map(|row| (0..across).map(move |column| (column, row))).map(|(x, y)| sample(x, y)).collect())
}

fn ends(name: &str, values: &[f64]) -> Axis {
    Axis::linear(name, values[0], values[values.len() - 1])
}
