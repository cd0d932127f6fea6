//! `basins surface`: the loss over a plane of two weights, from aside and from above, with paths of descent.

use serde::Serialize;
use serde_json::{Value, json};

use crate::arrays::{Array, npz_bytes};
use crate::backend::{DeviceInfo, Driver};
use crate::error::{Error, Result};
use crate::report::{labelled, surface_json, surface_page, surface_text, surface_title};
use crate::spec::Problem;
use crate::study::{Surface, SurfaceAxis, SurfaceStudy, trained_weights};

use super::ending::Ending;
use super::folder::Folder;
use super::frame::{Flag, Frame, NO_SHARDS, Record, Study};
use super::network::NetworkArgs;
use super::verb::Example;
use super::{interrupt, pictures};

/// What --out writes beside the object.
const FILES: [&str; 8] = [
    "report.html",
    "surface.npz",
    "surface.png",
    "surface.svg",
    "surface-map.png",
    "surface-map.svg",
    "surface-slope.png",
    "surface-slope.svg",
];

/// What a surface takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Options {
    /// The weight across
    ///
    /// As theta1[0,0] (row, column; the last row is the bias) or by position
    #[arg(long, value_name = "WEIGHT", default_value = "theta1[0,0]")]
    x: String,

    /// The weight up
    #[arg(long, value_name = "WEIGHT", default_value = "theta1[1,0]")]
    y: String,

    /// Least and largest value of both
    #[arg(long, value_name = "LO,HI", default_value = "-15,15", allow_hyphen_values = true)]
    range: Span,

    /// That of the weight up
    ///
    /// Smallest and largest value, where another than that of --range
    #[arg(long, value_name = "LO,HI", allow_hyphen_values = true)]
    y_range: Option<Span>,

    /// Values of each weight
    #[arg(long, value_name = "COUNT", default_value_t = 300,
          value_parser = clap::value_parser!(u16).range(2..=4096), allow_negative_numbers = true)]
    points: u16,

    /// Other weights as after training
    ///
    /// Those after training the network, not at its start
    #[arg(long)]
    trained: bool,

    /// Start of a path of descent; repeatable
    ///
    /// Plain gradient descent within the plane [default: nine spread over it]
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, conflicts_with = "no_paths")]
    path: Vec<Point>,

    /// No paths of descent
    #[arg(long)]
    no_paths: bool,

    #[command(flatten)]
    #[serde(flatten)]
    network: NetworkArgs,
}

/// Two numbers with a comma between.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(into = "String")]
struct Point(f64, f64);

impl From<Point> for String {
    fn from(Point(x, y): Point) -> Self {
        format!("{x},{y}")
    }
}

impl std::str::FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| part.trim().parse::<f64>().ok().filter(|number| number.abs() <= 1e6);
        text.split_once(',')
            .and_then(|(x, y)| Some(Self(number(x)?, number(y)?)))
            .ok_or_else(|| format!("a point is two numbers X,Y between -1e6 and 1e6, as 2,-3.5; got {text:?}"))
    }
}

/// An interval of a weight's values.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(into = "String")]
struct Span(f64, f64);

impl From<Span> for String {
    fn from(Span(low, high): Span) -> Self {
        Point(low, high).into()
    }
}

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(Point(low, high)) if low < high => Ok(Self(low, high)),
            _ => Err(format!("a range is LO,HI with LO below HI, both between -1e6 and 1e6, as -15,15; got {text:?}")),
        }
    }
}

/// A surface, and what it is one of.
pub(super) struct Answer {
    surface: Surface,
    problem: Problem,
    base: Vec<f64>,
    backend: &'static str,
    device: DeviceInfo,
}

impl Study for Options {
    const NAME: &'static str = "surface";
    const ABOUT: &'static str = "Draw the loss over a plane of two weights, with paths of descent";
    const EXAMPLES: &'static [Example] = &[
        ("surface --layers 1,1 --task table:10 --loss mse --out surface", "the tutorial's plateaus"),
        ("surface --trained --x theta2[0,0] --y theta2[1,0] --out surface", "around a trained network"),
    ];
    const FLAGS: &'static [(&'static str, Flag)] = &[
        ("shard", NO_SHARDS),
        ("nets", Flag::Ignored),
        ("first", Flag::Ignored),
        ("interval", Flag::Ignored),
        ("weights-out", Flag::Refused("is not for surfaces: nothing but paths is trained on them")),
        ("out", Flag::Files("report.html, the pictures, surface.npz and surface.json")),
    ];

    type Answer = Answer;

    fn said(&self) -> Value {
        json!(self)
    }

    fn defaults() -> Value {
        json!({
            "x": "theta1[0,0]",
            "y": "theta1[1,0]",
            "range": "-15,15",
            "points": 300,
            "trained": false,
            "no_paths": false,
            "net": 0,
        })
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        Some(FILES.to_vec())
    }

    fn answer(&self, frame: &Frame<'_>, _: Option<&mut Folder>) -> Result<Answer> {
        let problem = frame.problem()?;
        let layers = problem.layers();
        let axis = |weight: &str, Span(low, high): Span| -> Result<SurfaceAxis> {
            Ok(SurfaceAxis { position: layers.weight_position(weight)?, low, high, count: self.points.into() })
        };
        let (x, y) = (axis(&self.x, self.range)?, axis(&self.y, self.y_range.unwrap_or(self.range))?);
        if x.position == y.position {
            return Err(Error::input(format!("--x and --y are the same weight, {}", layers.weight_name(x.position))));
        }
        let mut base = self.network.start(frame.settings, problem)?;
        if self.trained {
            base = trained_weights(problem, &base, self.network.identity(frame.settings));
        }
        let mut backend = frame.open()?.backend()?;
        let study = SurfaceStudy { problem, base: &base, x, y };
        let points = x.count as u64 * y.count as u64;
        let surface = frame.watched(2 * points, 1, |watch| {
            let mut surface = study.run(&mut Driver::new(backend.as_mut()).watched(watch))?;
            // Paths are seconds at most, or as long as the caller wants: Ctrl-C is heard between their epochs.
            for Point(across, up) in self.starts(x, y) {
                surface.paths.push(study.descend((across, up), problem.spec().epochs, 1.0, watch));
            }
            Ok(surface)
        });
        if interrupt::asked() {
            return Err(Error::interrupted("interrupted before the surface was whole; nothing is written"));
        }
        let (backend, device) = (backend.name(), backend.device());
        Ok(Answer { surface: surface?, problem: problem.clone(), base, backend, device })
    }

    fn object(&self, answer: &Answer) -> Value {
        let Answer { surface, problem, base, backend, device } = answer;
        surface_json(surface, problem, base, backend, device)
    }

    fn write(&self, answer: &mut Answer, record: &Record<'_>, folder: &mut Folder) -> Result<()> {
        let Answer { surface, problem, base, backend, device } = answer;
        let title = labelled(&surface_title(problem), record.object);
        folder.attempt(|folder| {
            let page = surface_page(surface, problem, (*backend, &*device), record.object, record.command)?;
            folder.add("report.html", page.as_bytes())
        });
        folder.attempt(|folder| pictures::write_surface(folder, "surface", surface, &title));
        let grid = [surface.y.len() as u64, surface.x.len() as u64];
        let arrays = [
            Array { name: "x", shape: &grid[1..], values: &surface.x },
            Array { name: "y", shape: &grid[..1], values: &surface.y },
            Array { name: "loss", shape: &grid, values: &surface.loss },
            Array { name: "gradient_norm", shape: &grid, values: &surface.slope },
            Array { name: "weights", shape: &[base.len() as u64], values: base },
        ];
        let bytes = npz_bytes(&arrays).map_err(|error| folder.fail(&error))?;
        folder.add("surface.npz", &bytes)
    }

    fn text(&self, answer: &Answer, frame: &Frame<'_>) -> String {
        let drawn = frame.settings.out.is_some();
        let more = if drawn { "" } else { "No pictures: --out DIR takes them, with the numbers as surface.npz.\n" };
        surface_text(&answer.surface, &answer.problem) + more
    }

    fn ending(&self, _: &Answer, _: &Frame<'_>) -> Result<Ending> {
        Ok(Ending::Complete)
    }
}

impl Options {
    /// Where paths start: as given, or spread over the plane, a sixth of it from its edges.
    fn starts(&self, x: SurfaceAxis, y: SurfaceAxis) -> Vec<Point> {
        if self.no_paths || !self.path.is_empty() {
            return self.path.clone();
        }
        let place = |axis: SurfaceAxis, third: i32| axis.low + (axis.high - axis.low) * (f64::from(third) + 0.5) / 3.0;
        (0..9).map(|at| Point(place(x, at % 3), place(y, at / 3))).collect()
    }
}
