//! `report.html` of a surface.

use serde_json::Value;

use crate::backend::DeviceInfo;
use crate::error::Result;
use crate::report::html::{Fact, Page, spec_pairs};
use crate::report::number::short;
use crate::report::words::{labelled, settings};
use crate::spec::Problem;
use crate::study::Surface;

use super::picture::{slope_map, surface_map, surface_picture};
use super::{BOUNDS, slope_title, surface_title, surface_words};

/// The page; `object` is the surface's, `command` what makes it again.
///
/// # Errors
/// A picture cannot be encoded.
pub fn surface_page(
    surface: &Surface,
    problem: &Problem,
    (backend, device): (&str, &DeviceInfo),
    object: &Value,
    command: &str,
) -> Result<String> {
    let title = labelled(&surface_title(problem), object);
    let mut page = Page::new(&title, &settings(problem.spec(), object["settings"]["weights-in"].is_string()));
    let (x, y, least) = surface.lowest();
    let mut facts = vec![
        Fact::new(short(least), format!("least loss, at {} = {x:.3}, {} = {y:.3}", surface.x_name, surface.y_name)),
        Fact::new(short(surface.loss_range().1), "largest loss"),
        Fact::new(
            format!("{:.1}%", 100.0 * surface.flat_share(BOUNDS[2])),
            format!("of the plane is flat: gradient norm below {}", BOUNDS[2]),
        ),
    ];
    if !surface.paths.is_empty() {
        let right = surface.paths.iter().filter(|path| path.right).count();
        let label = "paths of descent that end with every output on its side";
        facts.push(Fact::new(format!("{right} of {}", surface.paths.len()), label));
    }
    page.facts(&facts);
    let caption = "The loss over the plane, seen from aside.";
    page.picture(|sheet| surface_picture(surface, &title, sheet), caption)?;
    let caption = "The loss from above, with lines of equal loss and paths of descent.";
    page.picture(|sheet| surface_map(surface, &title, sheet), caption)?;
    let caption = "Norm of the gradient within the plane: where it is small, descent is slow.";
    let title = slope_title(&title);
    page.picture(|sheet| slope_map(surface, &title, sheet), caption)?;
    page.section("In words");
    let [computed, found] = surface_words(surface, problem);
    page.paragraph(&computed.join(" "));
    found.iter().for_each(|sentence| page.paragraph(sentence));
    page.section("Settings");
    let pairs = spec_pairs(&object["spec"]);
    page.settings(pairs.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let points = (surface.x.len() * surface.y.len()).to_string();
    page.where_it_ran(backend, device, [("points", points)]);
    page.made_by(command);
    page.data(&object.to_string());
    Ok(page.finish())
}
