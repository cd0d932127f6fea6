//! `basins surface`: the loss over a plane of two weights, from aside and from above, with paths of descent.

use crate::error::{Error, Result};
use crate::outcome::{Array, npz_bytes};
use crate::report::{surface_json, surface_text};
use crate::study::{PlaneAxis, SurfaceStudy};

use super::folder::{Folder, check_collisions};
use super::network::{NetworkArgs, trained};
use super::progress::Shown;
use super::run::Shared;
use super::{Ending, config, interrupt, pictures, say};

/// What --out writes.
const FILES: [&str; 8] = [
    "surface.json",
    "surface.npz",
    "surface.png",
    "surface.svg",
    "surface-map.png",
    "surface-map.svg",
    "surface-slope.png",
    "surface-slope.svg",
];

#[derive(Clone, Debug, clap::Args)]
#[command(
    mut_arg("nets", |arg| arg.hide(true)),
    mut_arg("first", |arg| arg.hide(true)),
    mut_arg("interval", |arg| arg.hide(true)),
    mut_arg("weights_out", |arg| arg.hide(true)),
    mut_arg("out", |arg| arg.help("Folder for the pictures, surface.npz and surface.json")),
)]
pub(super) struct Args {
    /// The weight across, as theta1[0,0] (row, column; the last row is the bias) or by position
    #[arg(long, value_name = "WEIGHT", default_value = "theta1[0,0]", help_heading = "Plane")]
    x: String,

    /// The weight up
    #[arg(long, value_name = "WEIGHT", default_value = "theta1[1,0]", help_heading = "Plane")]
    y: String,

    /// Smallest and largest value of both
    #[arg(long, value_name = "LO,HI", default_value = "-15,15", allow_hyphen_values = true, help_heading = "Plane")]
    range: Span,

    /// Smallest and largest value of the weight up, where another than that of --range
    #[arg(long, value_name = "LO,HI", allow_hyphen_values = true, help_heading = "Plane")]
    y_range: Option<Span>,

    /// Values of each weight
    #[arg(long, value_name = "COUNT", default_value_t = 300, help_heading = "Plane",
          value_parser = clap::value_parser!(u16).range(2..=4096), allow_negative_numbers = true)]
    points: u16,

    /// Take the other weights as they are after training the network, not at its start
    #[arg(long, help_heading = "Plane")]
    trained: bool,

    /// Start of a path of plain gradient descent within the plane; repeatable [default: nine spread over it]
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, conflicts_with = "no_paths", help_heading = "Plane")]
    path: Vec<Point>,

    /// No paths of descent
    #[arg(long, help_heading = "Plane")]
    no_paths: bool,

    #[command(flatten)]
    network: NetworkArgs,

    #[command(flatten)]
    shared: Shared,
}

fn interrupted() -> Error {
    Error::interrupted("interrupted before the surface was whole; nothing is written")
}

/// Two numbers with a comma between.
#[derive(Clone, Copy, Debug)]
struct Point(f64, f64);

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
#[derive(Clone, Copy, Debug)]
struct Span(f64, f64);

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(Point(low, high)) if low < high => Ok(Self(low, high)),
            _ => Err(format!("a range is LO,HI with LO below HI, both between -1e6 and 1e6, as -15,15; got {text:?}")),
        }
    }
}

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let shared = &self.shared;
        shared.start_log();
        let settings = shared.settings()?;
        let problem = settings.spec()?.problem()?;
        if shared.print_config {
            say(&config::print(&settings, None)?)?;
            return Ok(Ending::Complete);
        }
        shared.refuse(&settings, &["--weights-out"], "is not for surfaces: nothing but paths is trained on them")?;
        let layers = problem.layers();
        let axis = |weight: &str, Span(low, high): Span| -> Result<PlaneAxis> {
            Ok(PlaneAxis { position: layers.weight_position(weight)?, low, high, count: self.points.into() })
        };
        let (x, y) = (axis(&self.x, self.range)?, axis(&self.y, self.y_range.unwrap_or(self.range))?);
        if x.position == y.position {
            return Err(Error::input(format!("--x and --y are the same weight, {}", layers.weight_name(x.position))));
        }
        let mut base = self.network.start(&settings, &problem)?;
        if self.trained {
            base = trained(&problem, &base);
        }
        check_collisions(&settings, shared.config.as_deref(), &FILES)?;
        let folder = settings.out.as_deref().map(|path| Folder::open(path, &FILES)).transpose()?;
        let mut backend = settings.open(shared.require_gpu)?.backend()?;
        interrupt::listen();
        let study = SurfaceStudy { problem: &problem, base: &base, x, y };
        let count = x.count as u64 * y.count as u64;
        let shown = Shown::new(shared.progress(), 2 * count, 1, "the slice");
        let surface = study.run(backend.as_mut(), &shown);
        shown.finish();
        let mut surface = match surface {
            Err(_) if interrupt::asked() => return Err(interrupted()),
            surface => surface?,
        };
        // Paths are seconds at most, or as long as the caller wants: Ctrl-C is heard between their epochs.
        for Point(across, up) in self.starts(x, y) {
            surface.paths.push(study.descend((across, up), problem.spec().epochs, 1.0, &shown));
            if interrupt::asked() {
                return Err(interrupted());
            }
        }
        let json =
            serde_json::to_string_pretty(&surface_json(&surface, &problem, &base, backend.name(), &backend.device()))
                .unwrap_or_default()
                + "\n";
        let drawn = folder.is_some();
        if let Some(mut folder) = folder {
            let sizes = layers.to_string().replace(',', "-");
            let title = format!("{} of a {sizes} network on {}", problem.spec().loss, problem.spec().task);
            pictures::write_surface(&mut folder, "surface", &surface, &title)?;
            let grid = [surface.y.len() as u64, surface.x.len() as u64];
            let arrays = [
                Array { name: "x", shape: &grid[1..], values: &surface.x },
                Array { name: "y", shape: &grid[..1], values: &surface.y },
                Array { name: "loss", shape: &grid, values: &surface.loss },
                Array { name: "gradient_norm", shape: &grid, values: &surface.slope },
                Array { name: "weights", shape: &[base.len() as u64], values: &base },
            ];
            let bytes = npz_bytes(&arrays).map_err(|error| folder.fail(&error))?;
            folder.add("surface.npz", &bytes)?;
            folder.add("surface.json", json.as_bytes())?;
            folder.place()?;
        }
        say(&if shared.json { json } else { surface_text(&surface, &problem) })?;
        if !drawn && !shared.json {
            say("No pictures: --out DIR takes them, with the numbers as surface.npz.\n")?;
        }
        Ok(Ending::Complete)
    }

    /// Where paths start: as given, or spread over the plane, a sixth of it from its edges.
    fn starts(&self, x: PlaneAxis, y: PlaneAxis) -> Vec<Point> {
        if self.no_paths || !self.path.is_empty() {
            return self.path.clone();
        }
        let place = |axis: PlaneAxis, third: i32| axis.low + (axis.high - axis.low) * (f64::from(third) + 0.5) / 3.0;
        (0..9).map(|at| Point(place(x, at % 3), place(y, at / 3))).collect()
    }
}
