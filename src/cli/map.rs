//! `basins map`: one whole training a pixel, over two axes.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::{Backend, Precision};
use crate::error::{Error, Result};
use crate::outcome::Fate;
use crate::report::{MapColour, map_json, map_pixel_json, map_pixel_text, map_text, pretty};
use crate::spec::keyword::serde_as_text;
use crate::spec::{MapAxis, PixelStarts, SpecError, Varied};
use crate::study::{Map, MapPlan, MapStart, MapStudy, Member, TileStore};

use super::folder::{Folder, check_collisions};
use super::map_files::{FILES, Files};
use super::map_trace::trace_command;
use super::network::{NetworkArgs, trained};
use super::progress::Shown;
use super::run::Shared;
use super::settings::Settings;
use super::{Ending, complain, config, interrupt, say};

/// Fewer steps of the floating-point format than this between two pixels, and neighbours begin to train alike.
const STEPS_NEEDED: f64 = 16.0;
/// Lattice points along a tile's side on the scalar reference: a tile is finished after Ctrl-C, so it must not take long.
const REFERENCE_SIDE: usize = 32;
/// Pixels of a map without --out whose tiles are kept in memory; those of larger ones go to a temporary folder.
const MEMORY_PIXELS: usize = 1 << 20;

#[derive(Clone, Debug, clap::Args)]
#[command(
    mut_arg("nets", |arg| arg.hide(true)),
    mut_arg("first", |arg| arg.hide(true)),
    mut_arg("interval", |arg| arg.hide(true)),
    mut_arg("weights_out", |arg| arg.hide(true)),
    mut_arg("out", |arg| arg.help("Folder for report.html, the pictures, map.npz, map.json and the finished tiles")),
)]
pub(super) struct Args {
    #[command(flatten)]
    pub options: Options,

    #[command(flatten)]
    pub shared: Shared,
}

/// What a map takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct Options {
    /// What varies across: NAME=LOW..HIGH, with :log behind it for equal factors. NAME is a weight (theta1[0,0]: row, column;
    /// the last row is the bias), lr, lr1, lr2, ... (the rate of one layer), momentum, or init (the width of the starts)
    #[arg(long, value_name = "AXIS", default_value = "theta1[0,0]=-10..10", help_heading = "Map")]
    pub x: MapAxis,

    /// What varies upwards
    #[arg(long, value_name = "AXIS", default_value = "theta1[1,0]=-10..10", help_heading = "Map")]
    pub y: MapAxis,

    /// Pixels: a side of a square, or COLUMNSxROWS; up to 8192 a side
    #[arg(long, value_name = "SIZE", default_value_t, allow_hyphen_values = true, help_heading = "Map")]
    pub size: Size,

    /// What colours show: epochs until solved, fate, or final loss (of several starts a pixel their mean epochs, most frequent
    /// fate, mean loss); with several also the share of them that met a fate, by its name: solved, all-half, ... [default:
    /// epochs, or solved where pixels have several starts]
    #[arg(long, visible_alias = "color", value_name = "WHAT", help_heading = "Map")]
    pub colour: Option<MapColour>,

    /// same: all pixels start from network --net; each: every pixel from a network of its own, from --net on, row by row.
    /// same:K, each:K: from K networks, the same K at every pixel (differences between pixels are the axes' alone) or K of
    /// its own (their chance is not the neighbour's)
    #[arg(long, value_name = "WHICH", default_value_t, help_heading = "Map")]
    pub starts: PixelStarts,

    /// Take the weights that are no axes as they are after training the network, not at its start: a slice through where it
    /// ended
    #[arg(long, help_heading = "Map")]
    pub trained: bool,

    /// The same map around a point, so many times as fine: values on the axes, then the factor
    #[arg(long, value_name = "X,Y,FACTOR", allow_hyphen_values = true, help_heading = "Map")]
    pub zoom: Option<Zoom>,

    /// Train one pixel alone, that in which these values on the axes lie; print its network and the command that traces it
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, help_heading = "Map")]
    pub pixel: Option<Place>,

    #[command(flatten)]
    #[serde(flatten)]
    pub network: NetworkArgs,
}

/// Columns and rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size(usize, usize);

impl Default for Size {
    fn default() -> Self {
        Self(512, 512)
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 == self.1 { self.0.fmt(f) } else { write!(f, "{}x{}", self.0, self.1) }
    }
}

impl std::str::FromStr for Size {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let side =
            |part: &str| part.trim().parse::<usize>().ok().filter(|side| (1..=MapPlan::SIDE_LIMIT).contains(side));
        let sides = text.split_once(['x', 'X', '×']).unwrap_or((text, text));
        match (side(sides.0), side(sides.1)) {
            (Some(columns), Some(rows)) => Ok(Self(columns, rows)),
            _ => Err(SpecError::new(format!(
                "--size takes pixels along a side, or COLUMNSxROWS, from 1 to {} each, as 512 or 800x600; got {text:?}",
                MapPlan::SIDE_LIMIT
            ))),
        }
    }
}

serde_as_text!(Size);

/// A point on the axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(f64, f64);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{}", self.0, self.1)
    }
}

/// Finite numbers with commas between.
fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|part| part.trim().parse().ok().filter(|number: &f64| number.is_finite())).collect();
    numbers?.try_into().ok()
}

impl std::str::FromStr for Place {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let read = numbers(text).map(|[x, y]| Self(x, y));
        read.ok_or_else(|| {
            SpecError::new(format!("--pixel takes two numbers X,Y, values on the axes as 2.5,-3; got {text:?}"))
        })
    }
}

serde_as_text!(Place);

/// A point on the axes and a magnification.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zoom(f64, f64, f64);

impl std::fmt::Display for Zoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{},{}", self.0, self.1, self.2)
    }
}

impl std::str::FromStr for Zoom {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let read = numbers(text).filter(|[_, _, factor]| *factor > 0.0).map(|[x, y, factor]| Self(x, y, factor));
        read.ok_or_else(|| {
            SpecError::new(format!(
                "--zoom takes X,Y,FACTOR: values on the axes and a factor above 0, as 2.5,-3,10; got {text:?}"
            ))
        })
    }
}

serde_as_text!(Zoom);

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let shared = &self.shared;
        shared.start_log();
        let settings = shared.settings()?;
        if shared.print_config {
            say(&config::print(&settings, None)?)?;
            return Ok(Ending::Complete);
        }
        let plan = self.options.plan(&settings)?;
        if let Some(place) = self.options.pixel {
            return self.pixel(&settings, &plan, place);
        }
        let (map, object) = train(&settings, &self.options, shared, &plan)?;
        say(&if shared.json { pretty(&object) } else { map_text(&map, &plan) })?;
        if map.finished.is_some() {
            if settings.out.is_none() && !shared.json {
                say("No picture: --out DIR takes it, with the numbers as map.npz.\n")?;
            }
            return Ok(Ending::Complete);
        }
        if settings.out.is_some() && shared.warns() {
            complain("The same command goes on where this one ended.");
        }
        Ok(Ending::Interrupted)
    }

    /// `--pixel`.
    fn pixel(&self, settings: &Settings, plan: &MapPlan, place: Place) -> Result<Ending> {
        let axes = plan.axes();
        let found = |axis: &MapAxis, value: f64, count: usize| {
            axis.pixel(value, count).ok_or_else(|| {
                Error::input(format!("--pixel {place} takes values on the axes, but {value} lies outside {axis}"))
            })
        };
        let size = plan.size();
        let pixel = (found(axes[0], place.0, size.0)?, found(axes[1], place.1, size.1)?);
        let mut backend = settings.open(self.shared.require_gpu)?.backend()?;
        interrupt::listen();
        let shown = Shown::new(self.shared.progress(), plan.start_count().into(), plan.spec().epochs, "the pixel");
        let answer = MapStudy { plan }.pixel(backend.as_mut(), pixel, &shown);
        shown.finish();
        let answer = answer?;
        let trace = |member: &Member| trace_command(settings, &self.options, plan, answer.pixel, member);
        say(&match self.shared.json {
            true => {
                let mut object = map_pixel_json(&answer, plan, backend.name(), &trace);
                object["settings"] = json!(settings);
                object["options"] = json!(self.options);
                pretty(&object)
            }
            false => map_pixel_text(&answer, plan, &trace),
        })?;
        Ok(Ending::Complete)
    }
}

impl Options {
    /// The axes, zoomed as asked.
    fn axes(&self) -> Result<[MapAxis; 2]> {
        let Some(Zoom(x, y, factor)) = self.zoom else { return Ok([self.x.clone(), self.y.clone()]) };
        Ok([self.x.zoomed(x, factor)?, self.y.zoomed(y, factor)?])
    }

    /// What is asked, checked.
    pub(super) fn plan(&self, settings: &Settings) -> Result<MapPlan> {
        for (given, flag, instead) in [
            (
                settings.nets.is_some(),
                "--nets",
                "--size says how many pixels a map has, --starts how many networks each",
            ),
            (settings.first.is_some(), "--first", "--net says which network a map starts from"),
            (settings.weights_out.is_some(), "--weights-out", "--pixel prints a pixel's network and how to trace it"),
        ] {
            if given {
                return Err(Error::input(format!("{flag} is not for maps: {instead}")));
            }
        }
        let spec = settings.spec()?;
        let problem = spec.problem()?;
        let fixed = self.network.fixed(problem.layers())?;
        let (seed, network) = (settings.seed.map_or(0, |seed| seed.0), self.network.net.0);
        let given = settings.weights_in.is_some() || self.trained;
        let drawn = match &settings.weights_in {
            Some(path) => format!("network {network} of {}", path.display()),
            None => format!("network {network}, seed {seed}"),
        };
        let several = self.starts.count() > 1;
        if let Some(MapColour::Share(fate)) = self.colour.filter(|_| !several) {
            return Err(Error::input(format!(
                "--colour {} shows a share of a pixel's networks, but a pixel has one: use --starts each:K or same:K, or \
                 --colour fate",
                fate.name()
            )));
        }
        let start = match self.starts {
            PixelStarts::Same(_) if given && several => {
                return Err(Error::input(format!(
                    "--starts {} draws the networks by seed, so it goes with neither --weights-in nor --trained",
                    self.starts
                )));
            }
            PixelStarts::Same(_) if self.trained => MapStart::Given {
                weights: trained(&problem, &self.network.start(settings, &problem)?),
                name: format!("{drawn}, after training"),
            },
            PixelStarts::Same(_) if given => {
                MapStart::Given { weights: self.network.drawn(settings, &problem)?, name: drawn }
            }
            PixelStarts::Same(_) => MapStart::Same { seed, network },
            PixelStarts::Each(_) if given => {
                return Err(Error::input(format!(
                    "--starts {} draws networks for every pixel, so it goes with neither --weights-in nor --trained",
                    self.starts
                )));
            }
            PixelStarts::Each(_) => MapStart::Each { seed, first: network },
        };
        // Training has moved those that were set before it.
        let fixed = if self.trained { Vec::new() } else { fixed };
        let plan = MapPlan::new(&spec, self.axes()?, (self.size.0, self.size.1), start, fixed)?;
        plan.with_starts(self.starts.count())
    }

    /// What colours show.
    fn colour(&self) -> MapColour {
        let several = self.starts.count() > 1;
        self.colour.unwrap_or(if several { MapColour::Share(Fate::Solved) } else { MapColour::Epochs })
    }
}

/// Trains the map, writes the files, and gives the answer with its object.
pub(super) fn train(settings: &Settings, options: &Options, shared: &Shared, plan: &MapPlan) -> Result<(Map, Value)> {
    check_collisions(settings, shared.config.as_deref(), &FILES)?;
    let folder = settings.out.as_deref().map(|path| Folder::open(path, &FILES)).transpose()?;
    let opened = Instant::now();
    let mut backend = settings.open(shared.require_gpu)?.backend()?;
    let double = backend.name() == "reference" && settings.precision != Some(Precision::F32);
    let warnings = warnings(plan, double);
    let temporary = tempfile::TempDir::new;
    let (mut store, _temporary) = match &settings.out {
        Some(path) => (store(&path.join("tiles"), plan, backend.as_ref(), double)?, None),
        None if plan.size().0 * plan.size().1 <= MEMORY_PIXELS => {
            (TileStore::in_memory(side(backend.as_ref(), plan)), None)
        }
        None => {
            let folder = temporary().map_err(|error| {
                Error::failure(format!("a temporary folder cannot be made: {error}; use --out DIR"))
            })?;
            (store(folder.path(), plan, backend.as_ref(), double)?, Some(folder))
        }
    };
    if shared.warns() {
        warnings.iter().for_each(|warning| complain(&format!("warning: {warning}")));
    }
    interrupt::listen();
    let mark = options.trained.then_some("trained network");
    let files = settings.out.as_deref().map(|path| Files { path, plan, what: options.colour(), mark });
    let complete = |mut object: Value| {
        object["warnings"] = json!(warnings);
        object["settings"] = json!(settings);
        object["options"] = json!(options);
        object
    };
    let shown = Shown::new(shared.progress(), plan.network_count(), plan.spec().epochs, "the tile");
    let sketch = complete(json!({"schema": "basins.map/1", "spec": plan.spec(), "interrupted": true}));
    let mut preview = files.as_ref().map(|files| files.preview(&sketch));
    let map = MapStudy { plan }.run(backend.as_mut(), &mut store, opened, &shown, &mut |canvas| {
        preview.as_mut().map_or(Ok(()), |preview| preview.show(canvas))
    });
    shown.finish();
    let map = map?;
    let object = complete(map_json(&map, plan));
    if let Some(files) = files {
        files.write(&map, &store, &object)?;
    }
    drop(folder);
    Ok((map, object))
}

/// Lattice points along a tile's side: fewer where each has several networks, so that a tile takes no longer.
fn side(backend: &dyn Backend, plan: &MapPlan) -> usize {
    let side = if backend.name() == "reference" { REFERENCE_SIDE } else { TileStore::SIDE };
    (side * side / usize::from(plan.start_count())).isqrt().max(1)
}

fn store(folder: &std::path::Path, plan: &MapPlan, backend: &dyn Backend, double: bool) -> Result<TileStore> {
    let precision = if double { "f64" } else { "f32" };
    TileStore::in_folder(folder, plan, &format!("{} in {precision}", backend.name()), side(backend, plan))
}

/// Axes along which pixels lie closer than the numbers can tell.
fn warnings(plan: &MapPlan, double: bool) -> Vec<String> {
    let warn = |(axis, (varied, count)): (&MapAxis, (Varied, usize))| {
        // Starts are drawn in single precision by every backend.
        let double = double && varied != Varied::Init;
        let steps = axis.steps_between_pixels(count, if double { 53 } else { 24 });
        let remedy = match (double, varied) {
            (false, Varied::Init) => "starts are drawn in single precision",
            (false, _) => "--backend reference trains in double precision",
            (true, _) => "no backend is finer",
        };
        (steps < STEPS_NEEDED).then(|| {
            format!(
                "pixels along {} are {steps:.2} steps of {} precision apart, so neighbours may train alike; {remedy}",
                axis.name,
                if double { "double" } else { "single" }
            )
        })
    };
    let counts = [plan.size().0, plan.size().1];
    plan.axes().into_iter().zip(plan.varied().into_iter().zip(counts)).filter_map(warn).collect()
}
