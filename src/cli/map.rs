//! `basins map`: one whole training a pixel, over two axes.

use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::{Backend, Choice, Driver, Open, Precision};
use crate::error::{Error, Result};
use crate::outcome::Fate;
use crate::report::{MapColour, map_json, map_pixel_json, map_pixel_text, map_text};
use crate::spec::{MapAxis, PixelStarts};
use crate::study::{Map, MapPlan, MapRequest, MapStudy, Member, Seconds, TileStore, Trainers};

use super::again::Again;
use super::ending::Ending;
use super::folder::{Folder, TILES};
use super::frame::{Flag, Frame, Record, Study};
use super::join::Join;
use super::map_files::{FILES, Files};
use super::map_place::{Place, Size, Zoom};
use super::map_trace::trace_command;
use super::network::NetworkArgs;
use super::parts::{Joins, Parts};
use super::print::eprint_line;
use super::repeat::Repeat;
use super::settings::Settings;
use super::verb::Example;

/// Pixels of a map without --out whose tiles are kept in memory; those of larger ones go to a temporary folder.
const MEMORY_PIXELS: usize = 1 << 20;

/// What a map takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Options {
    /// What varies across
    ///
    /// NAME=LOW..HIGH, with :log after it for equal factors. NAME is a weight (theta1[0,0]: row, column; the last row is the
    /// bias), lr, lr1, lr2, ... (the rate of one layer), momentum, init (the width of the starts), weight-decay, beta1, beta2,
    /// epsilon, slope (of leaky-relu), or lr-factor (of --lr-schedule)
    #[arg(long, value_name = "AXIS", default_value = "theta1[0,0]=-10..10")]
    x: MapAxis,

    /// What varies upwards
    #[arg(long, value_name = "AXIS", default_value = "theta1[1,0]=-10..10")]
    y: MapAxis,

    /// Pixels a side, or as 640x400
    ///
    /// A side of a square, or COLUMNSxROWS; up to 8192 a side
    #[arg(long, value_name = "SIZE", default_value_t, allow_hyphen_values = true)]
    size: Size,

    /// What colours show, as fate
    ///
    /// epochs until solved, fate, or final loss (of several starts a pixel their mean epochs, most frequent fate, mean loss);
    /// with several also the share of them that met a fate, by its name: solved, all-half, ... [default: epochs, or solved
    /// where pixels have several starts]
    #[arg(long, visible_alias = "color", value_name = "WHAT")]
    colour: Option<MapColour>,

    /// What pixels start from, as each:64
    ///
    /// same: all pixels start from network --net; each: every pixel from a network of its own, from --net on, row by row.
    /// same:K, each:K: from K networks, the same K at every pixel (differences between pixels are the axes' alone) or K of
    /// its own (their chance is not the neighbour's)
    #[arg(long, value_name = "WHICH", default_value_t)]
    starts: PixelStarts,

    /// Other weights as after training
    ///
    /// The weights that are no axes are those after training the network, not at its start: a slice through where it ended
    #[arg(long)]
    pub trained: bool,

    /// Closer around a point
    ///
    /// The same map, so many times as fine: values on the axes, then the factor
    #[arg(long, value_name = "X,Y,FACTOR", allow_hyphen_values = true)]
    zoom: Option<Zoom>,

    /// Train one pixel alone
    ///
    /// That in which these values on the axes lie; prints its network and the command that traces it
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true)]
    pixel: Option<Place>,

    #[command(flatten)]
    #[serde(flatten)]
    pub network: NetworkArgs,
}

/// Why a network is not kept.
const INSTEAD: &str = "is not for maps: --pixel prints a pixel's network and how to trace it";

/// A map with what shows it, or a pixel.
pub(super) enum Answer {
    Map {
        map: Box<Map>,
        plan: Box<MapPlan>,
        store: TileStore,
        warnings: Vec<String>,
        /// Holds the tiles, where no other folder does.
        _temporary: Option<tempfile::TempDir>,
    },
    Pixel {
        object: Value,
        text: String,
    },
}

impl Study for Options {
    const NAME: &'static str = "map";
    const ABOUT: &'static str = "Draw what training makes of a plane: a whole training a pixel";
    const EXAMPLES: &'static [Example] = &[
        ("map --layers 2,2,1 --lr 4 --epochs 3000 --out map", "over two of the weights"),
        (
            "map --x lr=0.01..100:log --y init=0.1..10:log --size 256 --out map",
            "over the rate and the width of the starts",
        ),
        ("map --layers 2,2,1 --lr 4 --epochs 3000 --pixel 2,-3", "the network under a point, and how to trace it"),
    ];
    const FLAGS: &'static [(&'static str, Flag)] = &[
        (
            "nets",
            Flag::Refused("is not for maps: --size says how many pixels a map has, --starts how many networks each"),
        ),
        ("first", Flag::Refused("is not for maps: --net says which network a map starts from")),
        ("interval", Flag::Ignored),
        ("weights-out", Flag::Refused(INSTEAD)),
        ("out", Flag::Files("report.html, the pictures, map.npz, map.json and the finished tiles")),
    ];
    const AGAIN: Option<Again> = Some(Again::of::<Self>());
    const JOINS: Option<Joins> = Some(Joins::of::<Self>());

    type Answer = Answer;

    fn said(&self) -> Value {
        json!(self)
    }

    /// A flag that stands alone is said or not.
    fn defaults() -> Value {
        json!({"trained": false})
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        self.pixel.is_none().then(|| FILES.to_vec())
    }

    fn answer(&self, frame: &Frame<'_>, _: Option<&mut Folder>) -> Result<Answer> {
        let plan = self.plan(frame.settings)?;
        match self.pixel {
            Some(place) => self.pixel(frame, &plan, place),
            None => self.train(frame, &plan),
        }
    }

    fn object(&self, answer: &Answer) -> Value {
        match answer {
            Answer::Pixel { object, .. } => object.clone(),
            Answer::Map { map, plan, warnings, .. } => map_json(map, plan, warnings),
        }
    }

    fn write(&self, answer: &mut Answer, result: &Record<'_>, folder: &mut Folder) -> Result<()> {
        let Answer::Map { map, plan, store, .. } = answer else { return Ok(()) };
        folder.attempt(|_| store.kept());
        let path = folder.path().to_owned();
        let label = result.object["settings"]["label"].as_str();
        self.pictures(&path, plan, label).write(map, store, result, folder)
    }

    fn text(&self, answer: &Answer, frame: &Frame<'_>) -> String {
        match answer {
            Answer::Pixel { text, .. } => text.clone(),
            Answer::Map { map, plan, .. } => {
                let drawn = map.finished.is_none() || frame.settings.out.is_some();
                let more = if drawn { "" } else { "No picture: --out DIR takes it, with the numbers as map.npz.\n" };
                map_text(map, plan) + more
            }
        }
    }

    fn ending(&self, answer: &Answer, frame: &Frame<'_>) -> Result<Ending> {
        let interrupted = matches!(answer, Answer::Map { map, .. } if map.is_interrupted());
        if interrupted && frame.settings.out.is_some() && !frame.output.quiet {
            eprint_line("The same command goes on where this one ended.");
        }
        Ok(Ending::of(interrupted))
    }
}

impl Join for Options {
    const PARTS_SCHEMA: &'static str = "basins.map-tiles/2";

    fn join(&self, frame: &Frame<'_>, parts: &Parts, folder: &mut Folder) -> Result<Answer> {
        let plan = self.plan(frame.settings)?;
        let tiles = folder.path().join(TILES);
        let fail = |error: std::io::Error| Error::file(&tiles, "cannot be written", &error);
        let mut work = Work::default();
        for part in parts.all() {
            let object = part.object("map.json")?;
            if object["interrupted"] != false {
                return Err(part.unfinished());
            }
            work.add(&object);
        }
        std::fs::create_dir_all(&tiles).map_err(fail)?;
        parts.all().iter().try_for_each(|part| link_tiles(part.store().folder(), &tiles)).map_err(fail)?;
        let manifest = parts.manifest();
        let side = manifest["tile side"].as_u64().unwrap_or_default();
        let trainer = manifest["backend"].as_str().unwrap_or_default();
        let store = TileStore::in_folder(&tiles, &plan, trainer, usize::try_from(side).unwrap_or(usize::MAX))?;
        let map = Map {
            trained_by: work.trained_by,
            net_epochs: work.net_epochs,
            executed_net_epochs: work.executed_net_epochs,
            seconds: work.seconds,
            pixels_before: 0,
            ..Map::read(&plan, &store)?
        };
        let warnings = Vec::new();
        Ok(Answer::Map { map: Box::new(map), plan: Box::new(plan), store, warnings, _temporary: None })
    }
}

/// What shards say of the work that they took.
#[derive(Default)]
struct Work {
    trained_by: Trainers,
    net_epochs: u64,
    executed_net_epochs: u64,
    seconds: Seconds,
}

impl Work {
    fn add(&mut self, object: &Value) {
        let number = |name: &str| object[name].as_u64().unwrap_or_default();
        let trainer = json!([{"backend": object["backend"], "device": object["device"]}]);
        self.trained_by.merge(&serde_json::from_value(trainer).unwrap_or_default());
        self.net_epochs += number("net_epochs");
        self.executed_net_epochs += number("net_epochs_executed");
        self.seconds.merge(&serde_json::from_value(object["seconds"].clone()).unwrap_or_default());
    }
}

/// Tiles under the same names: linked, or copied where that cannot be.
fn link_tiles(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().extension().is_some_and(|extension| extension == "npz") && !target.exists() {
            std::fs::hard_link(entry.path(), &target).or_else(|_| std::fs::copy(entry.path(), &target).map(drop))?;
        }
    }
    Ok(())
}

impl Repeat for Options {
    const SCHEMA: &'static str = "basins.map/1";
    const POPULATION: bool = false;
}

/// Who trains: in f64 where pixels lie too close for f32 and nobody said who or how.
fn backend_of(frame: &Frame<'_>, plan: &MapPlan) -> Result<Box<dyn Backend>> {
    let open = frame.open()?;
    let is_free = open.choice == Choice::Auto && open.precision.is_none() && open.device.is_none() && !open.require_gpu;
    if !is_free || !plan.needs_double() {
        return open.backend();
    }
    if !frame.output.quiet {
        eprint_line("note: pixels lie closer than single precision tells apart: trained in f64, on the CPU");
    }
    Open { precision: Some(Precision::F64), ..open }.backend()
}

impl Options {
    /// The axes, zoomed as asked.
    fn axes(&self) -> Result<[MapAxis; 2]> {
        let Some(Zoom(x, y, factor)) = self.zoom else { return Ok([self.x.clone(), self.y.clone()]) };
        Ok([self.x.zoomed(x, factor)?, self.y.zoomed(y, factor)?])
    }

    /// What is asked, checked.
    fn plan(&self, settings: &Settings) -> Result<MapPlan> {
        if let Some(MapColour::Share(fate)) = self.colour.filter(|_| self.starts.count() == 1) {
            return Err(Error::input(format!(
                "--colour {} shows a share of a pixel's networks, but a pixel has one: use --starts each:K or same:K, or \
                 --colour fate",
                fate.name()
            )));
        }
        let problem = settings.spec()?.problem()?;
        let weights = match &settings.weights_in {
            Some(path) => Some((self.network.drawn(settings, &problem)?, path.display().to_string())),
            None => None,
        };
        let request = MapRequest {
            problem: &problem,
            axes: self.axes()?,
            size: (self.size.0, self.size.1),
            starts: self.starts,
            seed: settings.seed.map_or(0, |seed| seed.0),
            network: self.network.net.0,
            weights,
            fixed: self.network.fixed(problem.layers())?,
            trained: self.trained,
        };
        request.plan()
    }

    /// What colours show.
    fn colour(&self) -> MapColour {
        let several = self.starts.count() > 1;
        self.colour.unwrap_or(if several { MapColour::Share(Fate::Solved) } else { MapColour::Epochs })
    }

    /// Trains all pixels.
    fn train(&self, frame: &Frame<'_>, plan: &MapPlan) -> Result<Answer> {
        let settings = frame.settings;
        let opened = Instant::now();
        let mut backend = backend_of(frame, plan)?;
        let warnings = plan.warnings(backend.precision());
        if let (Some(shard), None) = (settings.shard(), &settings.out) {
            return Err(Error::input(format!(
                "--shard {shard} of a map needs --out DIR, whose tiles are joined later"
            )));
        }
        let temporary = match plan.size().0 * plan.size().1 > MEMORY_PIXELS && settings.out.is_none() {
            true => Some(tempfile::TempDir::new().map_err(|error| {
                Error::failure(format!("a temporary folder cannot be made: {error}; use --out DIR"))
            })?),
            false => None,
        };
        let tiles = settings.out.as_deref().map(|path| path.join(TILES));
        let tiles = tiles.as_deref().or(temporary.as_ref().map(tempfile::TempDir::path));
        let mut store = TileStore::open(tiles, plan, settings.shard(), backend.as_ref())?;
        if !frame.output.quiet {
            warnings.iter().for_each(|warning| eprint_line(&format!("warning: {warning}")));
        }
        let sketch = json!({
            "schema": Self::SCHEMA, "spec": plan.spec(), "interrupted": true, "warnings": warnings,
        });
        let files = settings.out.as_deref().map(|path| self.pictures(path, plan, settings.label.as_deref()));
        let mut preview = files.map(|files| files.preview(&frame.complete(sketch)));
        let map = frame.watched(plan.network_count(), plan.spec().epochs, |watch| {
            let mut driver = Driver::new(backend.as_mut()).opened(opened).watched(watch);
            MapStudy { plan, shard: settings.shard() }.run(&mut driver, &mut store, &mut |canvas| {
                preview.as_mut().map_or(Ok(()), |preview| preview.show(canvas))
            })
        })?;
        Ok(Answer::Map { map: Box::new(map), plan: Box::new(plan.clone()), store, warnings, _temporary: temporary })
    }

    /// Trains the pixel in which a place lies.
    fn pixel(&self, frame: &Frame<'_>, plan: &MapPlan, place: Place) -> Result<Answer> {
        let found = |axis: &MapAxis, value: f64, count: usize| {
            axis.pixel(value, count).ok_or_else(|| {
                Error::input(format!("--pixel {place} takes values on the axes, but {value} lies outside {axis}"))
            })
        };
        let (axes, size) = (plan.axes(), plan.size());
        let pixel = (found(axes[0], place.0, size.0)?, found(axes[1], place.1, size.1)?);
        let mut backend = backend_of(frame, plan)?;
        let pixel = frame.watched(plan.start_count().into(), plan.spec().epochs, |watch| {
            MapStudy { plan, shard: None }.pixel(&mut Driver::new(backend.as_mut()).watched(watch), pixel)
        })?;
        let trace = |member: &Member| {
            trace_command(frame.settings, (self.network.net.0, self.trained), plan, pixel.pixel, member)
        };
        Ok(Answer::Pixel {
            object: map_pixel_json(&pixel, plan, backend.name(), &trace),
            text: map_pixel_text(&pixel, plan, &trace),
        })
    }

    /// Where pictures go, and what they show.
    fn pictures<'a>(&self, path: &'a Path, plan: &'a MapPlan, label: Option<&'a str>) -> Files<'a> {
        Files { path, plan, what: self.colour(), mark: self.trained.then_some("trained network"), label }
    }
}
