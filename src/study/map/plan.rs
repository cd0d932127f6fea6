//! Which network a pixel is: its start, its learning rates, its momentum.

use rayon::prelude::*;

use crate::backend::{Chunk, OwnRates};
use crate::error::{Error, Result};
use crate::outcome::{Values, Weights};
use crate::seed::Starts;
use crate::spec::{MapAxis, Order, Problem, Spec, Varied};

/// Where the pixels' weights come from, those of the axes aside.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MapStart {
    /// All pixels start from one drawn network, or from the same ones.
    Same {
        /// Seed of the draw.
        seed: u64,
        /// Its index, or that of the first.
        network: u64,
    },
    /// Each pixel starts from a network of its own, or several: the one at the left of the lowest row from `first`, and so
    /// on along the rows.
    Each {
        /// Seed of the draws.
        seed: u64,
        /// Index of the first.
        first: u64,
    },
    /// All pixels start from weights that are known.
    Given {
        /// In flat order.
        weights: Vec<f64>,
        /// Whose they are, for people: "network 2 of a.npz".
        name: String,
    },
}

/// A pixel: column from the left, row from below, both from 0.
pub type Pixel = (usize, usize);

/// What a map spreads out: two quantities along its axes, all else fixed or drawn by seed. Checked.
#[derive(Clone, Debug)]
pub struct MapPlan {
    spec: Spec,
    problem: Problem,
    axes: [(MapAxis, Varied); 2],
    size: (usize, usize),
    start: MapStart,
    /// Networks of a pixel.
    start_count: u16,
    /// Weights that are set after the draw.
    fixed: Vec<(usize, f64)>,
    /// The starts of all pixels, where neither an axis nor a pixel's index draws them anew.
    base: Option<Vec<Vec<f64>>>,
}

impl MapPlan {
    /// Most pixels along a side.
    pub const SIDE_LIMIT: usize = 8192;

    /// `size` is columns and rows; `fixed` are flat positions of weights and the values that they start from.
    ///
    /// # Errors
    /// An axis does not fit the spec or the other axis, the map is too large, or what is drawn contradicts what is given.
    pub fn new(
        spec: &Spec,
        [x, y]: [MapAxis; 2],
        size: (usize, usize),
        start: MapStart,
        fixed: Vec<(usize, f64)>,
    ) -> Result<Self> {
        Self::of(&spec.problem()?, [x, y], size, start, fixed)
    }

    /// The same of a spec that is checked.
    pub(super) fn of(
        problem: &Problem,
        [x, y]: [MapAxis; 2],
        size: (usize, usize),
        start: MapStart,
        fixed: Vec<(usize, f64)>,
    ) -> Result<Self> {
        let spec = problem.spec();
        let named = |flag: &str, axis: MapAxis| -> Result<(MapAxis, Varied)> {
            let say = |error: crate::spec::SpecError| Error::input(format!("{flag}: {error}"));
            let varied = axis.varied(&spec.layers).map_err(say)?;
            varied.check(&axis, spec).map_err(say)?;
            Ok((MapAxis { name: varied.label(&spec.layers), ..axis }, varied))
        };
        let axes = [named("--x", x)?, named("--y", y)?];
        let [x, y] = [axes[0].1, axes[1].1];
        if x.overlaps(y) {
            return Err(Error::input(match x == y {
                true => format!("--x and --y are the same quantity, {}", axes[0].0.name),
                false => format!("--x {} and --y {} both set a learning rate", axes[0].0.name, axes[1].0.name),
            }));
        }
        if ![size.0, size.1].iter().all(|side| (1..=Self::SIDE_LIMIT).contains(side)) {
            return Err(Error::input(format!(
                "--size {}x{}: a map has 1 to {} pixels along a side",
                size.0,
                size.1,
                Self::SIDE_LIMIT
            )));
        }
        if problem.spec().update.order() != Order::Given {
            return Err(Error::input(format!(
                "--update {} draws an order for each network, so that neighbouring pixels would differ by their orders too; a \
                 map takes examples as they are listed, as --update online",
                problem.spec().update
            )));
        }
        if matches!(start, MapStart::Given { .. }) && (x == Varied::Init || y == Varied::Init) {
            return Err(Error::input(
                "an axis init draws the starts, so they cannot come from --weights-in or --trained",
            ));
        }
        if let Some((position, _)) = fixed.iter().find(|(at, _)| [x, y].contains(&Varied::Weight(*at))) {
            return Err(Error::input(format!(
                "--fix {} sets a weight that is an axis of the map",
                spec.layers.weight_name(*position)
            )));
        }
        // Backends take one operation less where no network has momentum; along an axis of it, nearly all have.
        let momentum = axes.iter().find(|(_, varied)| *varied == Varied::Momentum);
        let problem = match momentum {
            Some((axis, _)) => problem.with(|spec| spec.momentum = axis.range.at(0.5))?,
            None => problem.clone(),
        };
        let spec = spec.clone();
        let plan = Self { spec, problem, axes, size, start, start_count: 1, fixed, base: None };
        plan.with_starts(1)
    }

    /// The same with several networks a pixel.
    ///
    /// # Errors
    /// None at all, or weights are given: there is one network of them.
    pub fn with_starts(mut self, count: u16) -> Result<Self> {
        if count == 0 {
            return Err(Error::input("a pixel of a map has at least one network"));
        }
        if count > 1 && matches!(self.start, MapStart::Given { .. }) {
            return Err(Error::input(
                "several networks a pixel are drawn by seed, so they go with neither --weights-in nor --trained",
            ));
        }
        self.start_count = count;
        let redrawn = matches!(self.start, MapStart::Each { .. }) || self.varied().contains(&Varied::Init);
        self.base = (!redrawn).then(|| (0..count).map(|start| self.drawn((0, 0), start)).collect());
        Ok(self)
    }

    /// What is asked, but for the settings that are axes.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The same, checked and with its examples. Where momentum is an axis, it is that of the middle.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// The axis across and the axis up, named as in reports.
    pub fn axes(&self) -> [&MapAxis; 2] {
        [&self.axes[0].0, &self.axes[1].0]
    }

    /// What they vary.
    pub fn varied(&self) -> [Varied; 2] {
        [self.axes[0].1, self.axes[1].1]
    }

    /// Where starts come from.
    pub fn start(&self) -> &MapStart {
        &self.start
    }

    /// How many networks each pixel has.
    pub fn start_count(&self) -> u16 {
        self.start_count
    }

    /// How many networks the map trains.
    pub fn network_count(&self) -> u64 {
        (self.size.0 * self.size.1) as u64 * u64::from(self.start_count)
    }

    /// Weights set after the draw, by flat position.
    pub fn fixed(&self) -> &[(usize, f64)] {
        &self.fixed
    }

    /// Whether learning rates or momentum vary.
    pub fn own_rates(&self) -> bool {
        self.varied().iter().any(|varied| varied.is_rate())
    }

    /// The values of both axes at a pixel.
    pub fn values(&self, (column, row): Pixel) -> [f64; 2] {
        [self.axes[0].0.value(column, self.size.0), self.axes[1].0.value(row, self.size.1)]
    }

    /// Index of the network that a pixel's start of that number, from 0, is; `None` if its weights are given.
    pub fn network(&self, (column, row): Pixel, start: u16) -> Option<u64> {
        let pixel = (row * self.size.0 + column) as u64;
        let before = match &self.start {
            MapStart::Same { network, .. } => *network,
            MapStart::Each { first, .. } => first.wrapping_add(pixel * u64::from(self.start_count)),
            MapStart::Given { .. } => return None,
        };
        Some(before.wrapping_add(start.into()))
    }

    /// Where the weights that all pixels share lie in the plane, if its axes are both weights.
    pub fn origin(&self) -> Option<[f64; 2]> {
        match (&self.base, self.varied()) {
            (Some(base), [Varied::Weight(x), Varied::Weight(y)]) => base.first().map(|base| [base[x], base[y]]),
            _ => None,
        }
    }

    /// Which job a pixel belongs to: its place along the axes of numbers that all networks of a job have in common.
    pub(super) fn job(&self, (column, row): Pixel) -> (Option<usize>, Option<usize>) {
        let [x, y] = self.varied().map(Varied::is_shared);
        (x.then_some(column), y.then_some(row))
    }

    /// The problem that the networks of a pixel's job have in common.
    pub(super) fn problem_at(&self, pixel: Pixel) -> Result<Problem> {
        let shared = self.axes.iter().zip(self.values(pixel)).filter(|((_, varied), _)| varied.is_shared());
        let spec = shared
            .into_iter()
            .try_fold(self.problem.spec().clone(), |spec, ((_, varied), value)| varied.set(&spec, value))?;
        Ok(self.problem.with(|problem| *problem = spec)?)
    }

    /// The spec of a pixel: that of the map with the settings that are axes.
    pub fn spec_at(&self, pixel: Pixel) -> Spec {
        let values = self.values(pixel);
        self.axes.iter().zip(values).fold(self.spec.clone(), |spec, ((_, varied), value)| {
            // Checked when the plan was made.
            varied.set(&spec, value).unwrap_or(spec)
        })
    }

    /// A start's weights before those of axes are set.
    fn drawn(&self, pixel: Pixel, start: u16) -> Vec<f64> {
        let (seed, network) = match &self.start {
            MapStart::Given { weights, .. } => return self.with_fixed(weights.clone()),
            MapStart::Same { seed, .. } | MapStart::Each { seed, .. } => {
                (*seed, self.network(pixel, start).unwrap_or(0))
            }
        };
        // Not by way of the pixel's spec: that would be made anew for every network.
        let axis = self.axes.iter().zip(self.values(pixel)).find(|((_, varied), _)| *varied == Varied::Init);
        let init = axis.and_then(|(_, width)| self.spec.init.with_width(width)).unwrap_or(self.spec.init);
        let starts = Starts::with_init(&self.problem, init, seed);
        self.with_fixed(starts.widened(network))
    }

    fn with_fixed(&self, mut weights: Vec<f64>) -> Vec<f64> {
        self.fixed.iter().for_each(|(position, value)| weights[*position] = *value);
        weights
    }

    /// The starting weights of a pixel's start of that number, from 0, in flat order.
    pub fn weights(&self, pixel: Pixel, start: u16) -> Vec<f64> {
        let known = self.base.as_ref().and_then(|base| base.get(usize::from(start)).cloned());
        let mut weights = known.unwrap_or_else(|| self.drawn(pixel, start));
        for ((_, varied), value) in self.axes.iter().zip(self.values(pixel)) {
            if let Varied::Weight(position) = varied {
                weights[*position] = value;
            }
        }
        weights
    }

    /// A pixel's learning rate for each layer of weights, and its momentum.
    pub fn rates(&self, pixel: Pixel) -> (Vec<f64>, f64) {
        let spec = &self.spec;
        let mut rates: Vec<f64> = (0..spec.layers.sizes().len() - 1).map(|layer| spec.lr.of_layer(layer)).collect();
        let mut momentum = spec.momentum;
        for ((_, varied), value) in self.axes.iter().zip(self.values(pixel)) {
            match varied {
                Varied::Rate => rates.fill(value),
                Varied::LayerRate(layer) => rates[*layer] = value,
                Varied::Momentum => momentum = value,
                Varied::Weight(_) | Varied::Init | Varied::Shared(_) => {}
            }
        }
        (rates, momentum)
    }

    /// The networks of pixels, those of one side by side.
    pub(super) fn networks(&self, pixels: &[Pixel]) -> Vec<(Pixel, u16)> {
        pixels.iter().flat_map(|pixel| (0..self.start_count).map(|start| (*pixel, start))).collect()
    }

    /// Networks, by pixel and number of the start, as those of a backend, numbered from `first`.
    pub(super) fn chunk(&self, networks: &[(Pixel, u16)], first: u64) -> Chunk {
        let weights: Vec<f64> =
            networks.par_iter().flat_map_iter(|(pixel, start)| self.weights(*pixel, *start)).collect();
        let rates = self.own_rates().then(|| {
            let (rates, momentum): (Vec<Vec<f64>>, Vec<f64>) =
                networks.par_iter().map(|(pixel, _)| self.rates(*pixel)).unzip();
            OwnRates::new(self.problem.spec().layers.sizes().len() - 1, rates.concat(), momentum)
        });
        Chunk {
            starts: Some(Weights::new(self.problem.layers(), Values::F64(weights))),
            rates,
            ..Chunk::drawn(first..first + networks.len() as u64)
        }
    }
}
