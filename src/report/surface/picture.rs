//! A loss over a plane, drawn: the surface, the map with paths of descent, and where it is flat.

use crate::study::Surface;

use crate::report::plot::{Anchor, Axis, Colours, Frame, INK, PAPER, Rgb, Scene, Solid, Stroke, colour_bar, contours};

/// Rows and columns of the surface's patches at most.
const PATCHES: usize = 61;
const RIGHT: Rgb = Rgb(255, 255, 255);
const WRONG: Rgb = Rgb(255, 120, 70);

/// The surface seen from aside.
pub fn surface_picture(surface: &Surface, title: &str) -> Scene {
    let mut scene = Scene::new(860.0, 660.0);
    let (low, high) = surface.loss_range();
    let name = upper_first(&surface.loss_name);
    let solid = Solid {
        centre: (400.0, 345.0),
        scale: 430.0,
        azimuth: 35.0,
        elevation: 32.0,
        rise: 0.62,
        x: ends(&surface.x_name, &surface.x),
        y: ends(&surface.y_name, &surface.y),
        z: Axis::linear(name, low.min(0.0), high).rounded(),
    };
    solid.axes(&mut scene);
    // The upright axis names the loss already.
    let colours = Colours::viridis(Axis::linear("", low, high).rounded());
    let (columns, loss) = resampled(surface.x.len(), &surface.loss, PATCHES);
    solid.surface(&mut scene, columns, &loss, &colours);
    colour_bar(&mut scene, (745.0, 130.0), (20.0, 380.0), &colours);
    scene.styled_text((430.0, 42.0), 18.0, Anchor::Middle, &upper_first(title), INK, true, 0.0);
    scene
}

/// The plane from above: colours, contours, and paths of descent.
pub fn surface_map(surface: &Surface, title: &str) -> Scene {
    let mut scene = Scene::new(790.0, 700.0);
    let (low, high) = surface.loss_range();
    let frame = plane(surface);
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
    frame.title(&mut scene, &upper_first(title));
    colour_bar(&mut scene, (670.0, 70.0), (20.0, 540.0), &colours);
    if !surface.paths.is_empty() {
        legend(&mut scene, surface);
    }
    scene
}

/// Where the plane is flat: the gradient's norm, on a logarithmic scale.
pub fn slope_map(surface: &Surface, title: &str) -> Scene {
    let mut scene = Scene::new(790.0, 700.0);
    let frame = plane(surface);
    let largest = surface.slope.iter().copied().filter(|slope| slope.is_finite()).fold(1e-6, f64::max);
    let colours = Colours::inferno(Axis::log("gradient norm", largest.min(1.0) * 1e-6, largest));
    let shown: Vec<f64> = surface.slope.iter().map(|slope| slope.max(colours.axis.low)).collect();
    frame.heat(&mut scene, surface.x.len(), &shown, &colours);
    for level in [1e-4, 1e-3, 1e-2, 1e-1] {
        draw_contour(&mut scene, &frame, surface, &shown, level, Stroke { opacity: 0.5, ..Stroke::new(PAPER, 1.0) });
    }
    frame.axes(&mut scene);
    frame.title(&mut scene, &upper_first(title));
    colour_bar(&mut scene, (670.0, 70.0), (20.0, 540.0), &colours);
    scene
}

fn plane(surface: &Surface) -> Frame {
    Frame {
        corner: (90.0, 70.0),
        size: (540.0, 540.0),
        x: ends(&surface.x_name, &surface.x),
        y: ends(&surface.y_name, &surface.y),
    }
}

fn legend(scene: &mut Scene, surface: &Surface) {
    let (right, wrong) = (surface.paths.iter().any(|path| path.right), surface.paths.iter().any(|path| !path.right));
    let mut x = 90.0;
    for (shown, colour, name) in
        [(right, RIGHT, "descent that ends right"), (wrong, WRONG, "descent that is stuck on the wrong side")]
    {
        if shown {
            scene.line(&[(x, 682.0), (x + 26.0, 682.0)], Stroke::new(INK, 4.4));
            scene.line(&[(x, 682.0), (x + 26.0, 682.0)], Stroke::new(colour, 2.4));
            scene.disc((x, 682.0), 5.0, colour, Some(Stroke::new(INK, 1.4)));
            scene.text((x + 36.0, 686.5), 13.0, Anchor::Start, name);
            x += 240.0;
        }
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

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
