//! What a map writes: pictures, numbers, its object; and previews while it is trained.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::error::Result;
use crate::report::plot::Sheet;
use crate::report::{MapColour, MapColours, MapPicture, map_page, map_picture_scale, map_pixels_png};
use crate::study::{Canvas, Map, MapPlan, TileStore};

use super::folder::Folder;
use super::frame::Record;

const NUMBERS: &str = "map.npz";
const PICTURE: &str = "map.png";
const DRAWING: &str = "map.svg";
const PIXELS: &str = "pixels.png";
const PAGE: &str = "report.html";

/// Names in the folder, those of tiles and the object aside.
pub(super) const FILES: [&str; 5] = [NUMBERS, PICTURE, DRAWING, PIXELS, PAGE];

/// Before this a run is over anyway; and between two previews.
const FIRST_PREVIEW: Duration = Duration::from_secs(2);
const PREVIEW_PAUSE: Duration = Duration::from_secs(10);

/// Where a map goes, and how it is drawn.
#[derive(Clone, Copy)]
pub(super) struct Files<'a> {
    pub path: &'a Path,
    pub plan: &'a MapPlan,
    pub what: MapColour,
    /// The name of the point that the weights were taken from, if it is marked.
    pub mark: Option<&'a str>,
    /// The name of the result.
    pub label: Option<&'a str>,
}

/// Rewrites the picture from time to time.
pub(super) struct Preview<'a> {
    files: Files<'a>,
    object: String,
    due: Instant,
}

impl Preview<'_> {
    pub(super) fn show(&mut self, canvas: &Canvas) -> Result<()> {
        if Instant::now() < self.due {
            return Ok(());
        }
        let began = Instant::now();
        let mut folder = Folder::opened(self.files.path);
        // A preview that cannot be drawn costs nothing but itself.
        folder.attempt(|folder| self.files.draw(folder, canvas, &self.object));
        if let Err(error) = folder.place() {
            log::info!("no preview: {error}");
        }
        // Drawing takes a small share of the time.
        self.due = Instant::now() + PREVIEW_PAUSE.max(20 * began.elapsed());
        Ok(())
    }
}

impl<'a> Files<'a> {
    /// Previews that carry this object.
    pub(super) fn preview(&self, object: &Value) -> Preview<'a> {
        Preview { files: *self, object: object.to_string(), due: Instant::now() + FIRST_PREVIEW }
    }

    fn picture<'p>(&'p self, canvas: &'p Canvas) -> MapPicture<'p> {
        let Self { plan, what, mark, label, .. } = *self;
        MapPicture { canvas, plan, what, mark, label }
    }

    fn draw(&self, folder: &mut Folder, canvas: &Canvas, object: &str) -> Result<()> {
        let scene = self.picture(canvas).draw(Sheet::Wide);
        folder.add(PICTURE, &scene.to_png_with(map_picture_scale(canvas), Some(object))?)
    }

    /// Writes all files of a finished map; of an interrupted one the picture.
    pub(super) fn write(&self, map: &Map, store: &TileStore, result: &Record<'_>, folder: &mut Folder) -> Result<()> {
        let Self { plan, what, .. } = *self;
        let text = result.object.to_string();
        folder.attempt(|folder| self.draw(folder, &map.canvas, &text));
        let Some(finished) = &map.finished else { return Ok(()) };
        let picture = self.picture(&map.canvas);
        folder.attempt(|folder| folder.add(DRAWING, picture.draw(Sheet::Wide).to_svg()?.as_bytes()));
        folder.attempt(|folder| {
            let page = map_page(map, finished, &picture, result.object, result.command)?;
            folder.add(PAGE, page.as_bytes())
        });
        let colours = MapColours::of(what, &map.canvas);
        let bands = (0..store.band_count(plan))
            .rev()
            .map(|band| store.band(plan, band).map_err(|error| io::Error::other(error.to_string())));
        folder.attempt(|folder| {
            let pixels = folder.stage(PIXELS)?;
            map_pixels_png(pixels, plan.size(), &colours, Some(&text), bands).map_err(|error| folder.fail(&error))
        });
        let numbers = folder.stage(NUMBERS)?;
        let written = store.write_npz(plan, numbers).and_then(|mut numbers| numbers.flush());
        written.map_err(|error| folder.fail(&error))
    }
}
