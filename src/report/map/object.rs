//! The object of a map, as `basins map --json` prints it and `map.json` has it, and that of `--pixel`: every key, what it
//! means and its unit.

use serde::Serialize;
use serde_json::{Value, json};

use crate::backend::DeviceInfo;
use crate::outcome::Fate;
use crate::report::object::{ByName, FateCounts};
use crate::spec::{MapAxis, Spec};
use crate::stats::{EpochSummary, Interval};
use crate::study::{Boundary, Finished, Map, MapCell, MapPixel, MapPlan, MapStart, Member, Seconds, Shares};

const SCHEMA: &str = "basins.map/1";
const PIXEL_SCHEMA: &str = "basins.map-pixel/1";

/// An image of which every pixel is a whole training, or several.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct MapObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Settings that decide an outcome, by the names of the flags, those of the axes aside.
    spec: &'a Spec,
    /// Backend of this process by name; of several that were joined all names, joined by +.
    backend: String,
    /// Its device; of several backends that of the first.
    device: DeviceInfo,
    /// What varies across.
    x: AxisObject<'a>,
    /// What varies upwards.
    y: AxisObject<'a>,
    start: StartObject<'a>,
    /// Pixels of the whole map.
    pixels: usize,
    /// Networks of each pixel.
    starts_per_pixel: u16,
    /// Networks solved; null, as what follows, where pixels are missing.
    solved: Option<u64>,
    /// Share of all networks that is solved, from 0 to 1.
    solved_share: Option<f64>,
    /// Where pixels have several networks: how many pixels fared how.
    pixels_by_share_solved: Option<Shares>,
    /// Epochs that the solved ones took; null also where pixels have several networks.
    epochs_to_solve: Option<EpochSummary>,
    /// Networks by fate.
    fates: Option<FateCounts>,
    /// Keys of the fates by the numbers that the array `fate` of map.npz has, from 0.
    fate_names: [&'static str; Fate::ALL.len()],
    /// Smallest and largest finite loss C of a pixel.
    loss_range: Option<(f64, f64)>,
    /// Dimensions of boundaries; null where every pixel has starts of its own.
    boundary: Option<&'a Boundary>,
    /// Pixels that are trained, those of earlier processes included.
    pixels_done: u64,
    /// Pixels that earlier processes had trained.
    pixels_before: u64,
    /// Epochs of work that the pixels of this process needed.
    net_epochs: u64,
    /// Epochs of work executed in this process, the padding of vectors and groups included.
    net_epochs_executed: u64,
    /// Where the time of this process went.
    seconds: Seconds,
    /// Whether pixels that were asked for are missing.
    interrupted: bool,
    /// What is to be known of the map before it is believed, a sentence each.
    warnings: &'a [String],
}

/// An axis.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AxisObject<'a> {
    /// A weight by its name or position, `lr`, `lr1`, ..., `momentum` or `init`.
    name: &'a str,
    /// Value at the low end; the middle of the first pixel lies half a step above.
    low: f64,
    /// Value at the high end.
    high: f64,
    /// Whether factors are equal steps.
    log: bool,
    /// Pixels along it.
    pixels: usize,
}

/// Where the pixels' networks start from, what the axes set aside.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "from", rename_all = "lowercase")]
enum StartObject<'a> {
    /// All pixels from the same networks.
    Same {
        /// Seed of the draw.
        seed: u64,
        /// Index of the network, or of the first.
        net: u64,
        /// Weights that were set, by name.
        fixed: ByName<'static, f64>,
    },
    /// Every pixel from networks of its own, along the rows from the lowest on.
    Each {
        /// Seed of the draw.
        seed: u64,
        /// Index of the first network.
        first: u64,
        /// Weights that were set, by name.
        fixed: ByName<'static, f64>,
    },
    /// All pixels from given weights.
    Given {
        /// Where they are from.
        name: &'a str,
        /// The weights in flat order.
        weights: &'a [f64],
        /// Weights that were set, by name.
        fixed: ByName<'static, f64>,
    },
}

impl<'a> AxisObject<'a> {
    fn new(axis: &'a MapAxis, pixels: usize) -> Self {
        Self { name: &axis.name, low: axis.range.low, high: axis.range.high, log: axis.range.log, pixels }
    }
}

impl<'a> StartObject<'a> {
    fn new(plan: &'a MapPlan) -> Self {
        let named = |(at, value): &(usize, f64)| (plan.problem().layers().weight_name(*at), *value);
        let fixed = plan.fixed().iter().map(named).collect();
        match plan.start() {
            MapStart::Same { seed, network } => Self::Same { seed: *seed, net: *network, fixed },
            MapStart::Each { seed, first } => Self::Each { seed: *seed, first: *first, fixed },
            MapStart::Given { weights, name } => Self::Given { name, weights, fixed },
        }
    }
}

/// The object of `basins map --json`, schema `basins.map/1`. `fates` of map.npz are positions in `fate_names`.
pub fn map_json(map: &Map, plan: &MapPlan, warnings: &[String]) -> Value {
    let (columns, rows) = plan.size();
    let [x, y] = plan.axes();
    let finished = map.finished.as_ref();
    json!(MapObject {
        schema: SCHEMA,
        spec: plan.spec(),
        backend: map.trained_by.backend(),
        device: map.trained_by.device(),
        x: AxisObject::new(x, columns),
        y: AxisObject::new(y, rows),
        start: StartObject::new(plan),
        pixels: columns * rows,
        starts_per_pixel: plan.start_count(),
        solved: finished.map(Finished::solved),
        solved_share: finished.map(|finished| finished.solved() as f64 / finished.networks() as f64),
        pixels_by_share_solved: finished.and_then(|finished| finished.shares),
        epochs_to_solve: finished.and_then(|finished| finished.epochs_to_solve),
        fates: finished.map(|finished| FateCounts::new(|fate| finished.fates.get(&fate).copied().unwrap_or(0))),
        fate_names: Fate::ALL.map(Fate::name),
        loss_range: finished.and_then(|finished| finished.loss_range),
        boundary: finished.and_then(|finished| finished.boundary.as_ref()),
        pixels_done: map.pixels_done,
        pixels_before: map.pixels_before,
        net_epochs: map.net_epochs,
        net_epochs_executed: map.executed_net_epochs,
        seconds: map.seconds,
        interrupted: map.is_interrupted(),
        warnings,
    })
}

/// One pixel of a map, trained by itself.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PixelObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = PIXEL_SCHEMA)))]
    schema: &'static str,
    /// Every setting that decides an outcome, at this pixel.
    spec: Spec,
    /// Backend by name.
    backend: &'a str,
    /// Column from the left and row from below, from 0.
    pixel: (usize, usize),
    /// What varies across.
    x: AxisValue<'a>,
    /// What varies upwards.
    y: AxisValue<'a>,
    /// Learning rate of each layer of weights.
    rates: Vec<f64>,
    /// Momentum.
    momentum: f64,
    #[serde(flatten)]
    found: PixelFound<'a>,
}

/// A value on an axis.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AxisValue<'a> {
    /// A weight by its name or position, `lr`, `lr1`, ..., `momentum` or `init`.
    name: &'a str,
    /// The value in the middle of the pixel.
    value: f64,
}

/// What became of the pixel's network, or networks.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum PixelFound<'a> {
    One(MemberObject<'a>),
    Several(MembersObject<'a>),
}

/// A network of a pixel.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
struct MemberObject<'a> {
    /// Its index; null where weights are given.
    net: Option<u64>,
    /// Its starting weights in flat order.
    start: &'a [f64],
    /// Key of its fate.
    #[cfg_attr(test, schemars(with = "Fate"))]
    fate: &'static str,
    /// Epoch in which it was solved, from 1; null if it was not.
    solved_epoch: Option<u32>,
    /// Epoch in which it was solved, else the last that it was trained.
    stop_epoch: u32,
    /// Its final loss C; null where it is not finite.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    loss: f32,
    /// A command that traces it.
    trace: String,
}

/// The networks of a pixel that has several.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
struct MembersObject<'a> {
    /// Networks solved.
    solved: u64,
    /// Share of them, from 0 to 1.
    solved_share: f64,
    /// Interval of that share.
    solved_interval: Interval,
    /// Networks by fate.
    fates: FateCounts,
    /// Each of them.
    nets: Vec<MemberObject<'a>>,
}

/// The object of `basins map --pixel --json`, schema `basins.map-pixel/1`: of a pixel with several networks `nets` has what
/// that of one says of its network.
pub fn map_pixel_json(pixel: &MapPixel, plan: &MapPlan, backend: &str, trace: &dyn Fn(&Member) -> String) -> Value {
    let [x, y] = plan.axes();
    let (rates, momentum) = plan.rates(pixel.pixel);
    let member = |member| MemberObject::new(member, trace);
    let found = match pixel.members.as_slice() {
        [one] => PixelFound::One(member(one)),
        members => PixelFound::Several(MembersObject {
            solved: pixel.cell.count(Fate::Solved).into(),
            solved_share: pixel.cell.share(Fate::Solved),
            solved_interval: pixel.interval(),
            fates: FateCounts::new(|fate| pixel.cell.count(fate).into()),
            nets: members.iter().map(member).collect(),
        }),
    };
    json!(PixelObject {
        schema: PIXEL_SCHEMA,
        spec: plan.spec_at(pixel.pixel),
        backend,
        pixel: pixel.pixel,
        x: AxisValue { name: &x.name, value: pixel.values[0] },
        y: AxisValue { name: &y.name, value: pixel.values[1] },
        rates,
        momentum,
        found,
    })
}

impl<'a> MemberObject<'a> {
    fn new(member: &'a Member, trace: &dyn Fn(&Member) -> String) -> Self {
        let MapCell { fate, epoch, loss, .. } = member.cell;
        Self {
            net: member.network,
            start: &member.weights,
            fate: fate.name(),
            solved_epoch: (fate == Fate::Solved).then_some(epoch),
            stop_epoch: epoch,
            loss,
            trace: trace(member),
        }
    }
}
