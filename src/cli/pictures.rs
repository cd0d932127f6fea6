//! Pictures as files: each as SVG and as PNG.

use crate::error::Result;
use crate::report::plot::{Scene, Sheet};
use crate::report::{capital, curves_picture, grid_picture, slope_map, slope_title, surface_map, surface_picture};
use crate::reproduce::{Content, Exhibit};
use crate::study::Surface;

use super::folder::Folder;

/// Pixels to a unit of a scene.
const SCALE: f64 = 1.5;

/// Writes a scene in both forms; gives the names of the files.
pub(super) fn write(folder: &mut Folder, name: &str, scene: &Scene) -> Result<Vec<String>> {
    let (svg, png) = (format!("{name}.svg"), format!("{name}.png"));
    folder.add(&svg, scene.to_svg()?.as_bytes())?;
    folder.add(&png, &scene.to_png(SCALE)?)?;
    Ok(vec![png, svg])
}

/// Draws an exhibit.
pub(super) fn write_exhibit(folder: &mut Folder, exhibit: &Exhibit) -> Result<Vec<String>> {
    match &exhibit.content {
        Content::Curves(curves) => write(folder, exhibit.name, &curves_picture(curves, &exhibit.title)),
        Content::Grid(grid) => write(folder, exhibit.name, &grid_picture(grid, &exhibit.title)),
        Content::Surface(surface) => write_surface(folder, exhibit.name, surface, &capital(&exhibit.title)),
    }
}

/// Draws a surface from aside, from above, and its slope.
pub(super) fn write_surface(folder: &mut Folder, name: &str, surface: &Surface, title: &str) -> Result<Vec<String>> {
    let sheet = Sheet::Wide;
    let mut files = write(folder, name, &surface_picture(surface, title, sheet))?;
    files.extend(write(folder, &format!("{name}-map"), &surface_map(surface, title, sheet))?);
    files.extend(write(folder, &format!("{name}-slope"), &slope_map(surface, &slope_title(title), sheet))?);
    Ok(files)
}
