//! A number for each point of a grid, drawn as colours.

use crate::reproduce::{Grid, Scale};

use crate::report::plot::{Axis, Colours, Scene, Sheet};

/// The grid with a colour bar. Numbers that are not finite are grey.
pub fn grid_picture(grid: &Grid, title: &str) -> Scene {
    let sheet = Sheet::Wide;
    let title = sheet.title(title, 540.0);
    let axis = |(scale, low, high): (Scale, f64, f64)| Axis { label: scale.label.into(), low, high, log: scale.log };
    let frame = sheet.frame((95.0, 70.0 + title.extra()), (540.0, 540.0), axis(grid.x), axis(grid.y));
    let mut scene = Scene::new(800.0, frame.bottom() + 70.0);
    let finite = grid.values.iter().copied().filter(|value| value.is_finite() && (!grid.value.log || *value > 0.0));
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let (low, high) = if low < high { (low, high) } else { (1.0, 10.0) };
    let colours = Colours::viridis(Axis { label: grid.value.label.into(), low, high, log: grid.value.log }).reversed();
    frame.heat(&mut scene, grid.columns, &grid.values, &colours);
    frame.axes(&mut scene);
    sheet.head(&mut scene, &frame, &title);
    sheet.bar(&mut scene, &frame, (670.0, frame.corner.1), (20.0, 540.0), &colours);
    scene
}
