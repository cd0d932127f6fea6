//! A surface in words and JSON.

mod object;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod picture;

use std::fmt::Write;

use crate::report::table::wrapped;
use crate::report::words::dashed;
use crate::spec::Problem;
use crate::study::Surface;

#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::object::SurfaceObject;
pub use self::object::surface_json;
#[cfg(feature = "pictures")]
pub use self::page::surface_page;
#[cfg(feature = "pictures")]
pub use self::picture::{slope_map, slope_title, surface_map, surface_picture};

/// Gradient norms below which shares of the plane are told.
const BOUNDS: [f64; 4] = [0.1, 0.01, 0.001, 0.0001];

/// The summary of `basins surface`.
pub fn surface_text(surface: &Surface, problem: &Problem) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_surface(&mut text, surface, problem);
    text
}

fn write_surface(text: &mut String, surface: &Surface, problem: &Problem) -> std::fmt::Result {
    for (at, part) in surface_words(surface, problem).into_iter().enumerate() {
        if at > 0 {
            writeln!(text)?;
        }
        part.iter().try_for_each(|sentence| wrapped(text, "", sentence))?;
    }
    Ok(())
}

/// What was computed, and what was found, in sentences.
fn surface_words(surface: &Surface, problem: &Problem) -> [Vec<String>; 2] {
    let spec = problem.spec();
    // What steps add up to is the end to nine decimals.
    let plain = |value: f64| (1e9 * value).round() / 1e9;
    let ends = |values: &[f64]| (plain(values[0]), plain(values[values.len() - 1]));
    let ((x_low, x_high), (y_low, y_high)) = (ends(&surface.x), ends(&surface.y));
    let (columns, rows) = (surface.x.len(), surface.y.len());
    let (x, y) = (&surface.x_name, &surface.y_name);
    let computed = vec![
        format!("{}, {columns} x {rows} points", surface_title(problem)),
        format!("over {x} from {x_low} to {x_high} and {y} from {y_low} to {y_high}"),
    ];
    let (least, most) = (surface.lowest(), surface.loss_range().1);
    let shares = BOUNDS.map(|bound| format!("{:.1}% below {bound}", 100.0 * surface.flat_share(bound)));
    let mut found = vec![
        format!("Loss from {:.6} (at {:.3}, {:.3}) to {most:.6}", least.2, least.0, least.1),
        format!("Gradient norm within the plane: {}", shares.join(", ")),
    ];
    let trained: Vec<String> =
        problem.trained_weights().into_iter().map(|position| problem.layers().weight_name(position)).collect();
    for frozen in [&surface.x_name, &surface.y_name].into_iter().filter(|name| !trained.contains(name)) {
        found.push(format!("Training does not move {frozen}: it has no part in the gradient"));
    }
    if !surface.paths.is_empty() {
        let right = surface.paths.iter().filter(|path| path.right).count();
        let (epochs, all) = (spec.epochs, surface.paths.len());
        let words = format!("{right} of {all} starts end with every output on its side");
        found.push(format!("Descent within the plane, {epochs} epochs: {words}"));
    }
    [computed, found]
}

/// "Mean squared error, inverter (1-1)".
pub fn surface_title(problem: &Problem) -> String {
    let spec = problem.spec();
    let loss = spec.loss.title();
    let task = match spec.task.to_string() {
        inverter if inverter == "table:10" => "inverter".to_owned(),
        task => task,
    };
    format!("{loss}, {task} ({})", dashed(&spec.layers))
}
