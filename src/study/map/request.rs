//! What a person asks of a map, the plan that comes of it, and what to warn of.

use crate::backend::{Job, Precision};
use crate::error::{Error, Result};
use crate::spec::{MapAxis, PixelStarts, Problem, Varied};
use crate::study::trace::trained_weights;

use super::plan::{MapPlan, MapStart};

/// Fewer steps of the floating-point format than this between two pixels, and neighbours begin to train alike.
const STEPS_NEEDED: f64 = 16.0;

/// A map as it is asked for: axes, size, and which networks its pixels start from.
#[derive(Clone, Debug)]
pub struct MapRequest<'a> {
    /// The checked spec.
    pub problem: &'a Problem,
    /// The axis across and the axis up.
    pub axes: [MapAxis; 2],
    /// Columns and rows.
    pub size: (usize, usize),
    /// Whether pixels share their starts, and how many each has.
    pub starts: PixelStarts,
    /// Seed of the draws.
    pub seed: u64,
    /// Index of the network, or of the first.
    pub network: u64,
    /// That network's weights and the name of the file that holds it, where it is not drawn.
    pub weights: Option<(Vec<f64>, String)>,
    /// Weights that are set before training, by flat position.
    pub fixed: Vec<(usize, f64)>,
    /// Whether weights that are no axes are taken after training the network.
    pub trained: bool,
}

impl MapRequest<'_> {
    /// Checks it.
    ///
    /// # Errors
    /// An axis does not fit, the map is too large, or what is drawn contradicts what is given.
    pub fn plan(self) -> Result<MapPlan> {
        let Self { problem, starts, seed, network, mut fixed, .. } = self;
        let given = self.weights.is_some() || self.trained;
        let refuse = |what: &str| {
            let reason = "so it goes with neither --weights-in nor --trained";
            Err(Error::input(format!("--starts {starts} draws {what}, {reason}")))
        };
        let start = match starts {
            PixelStarts::Each(_) if given => return refuse("networks for every pixel"),
            PixelStarts::Each(_) => MapStart::Each { seed, first: network },
            PixelStarts::Same(count) if given && count > 1 => return refuse("the networks by seed"),
            PixelStarts::Same(_) if !given => MapStart::Same { seed, network },
            PixelStarts::Same(_) => {
                let (mut weights, name) = match self.weights {
                    Some((weights, file)) => (weights, format!("network {network} of {file}")),
                    None => {
                        let drawn = Job::new(problem, seed).starts([network]).network(0);
                        (drawn, format!("network {network}, seed {seed}"))
                    }
                };
                if self.trained {
                    // Training moves those that are set before it.
                    fixed.drain(..).for_each(|(position, value)| weights[position] = value);
                    MapStart::Given {
                        weights: trained_weights(problem, &weights, (seed, network)),
                        name: format!("{name}, after training"),
                    }
                } else {
                    MapStart::Given { weights, name }
                }
            }
        };
        MapPlan::of(problem, self.axes, self.size, start, fixed)?.with_starts(starts.count())
    }
}

impl MapPlan {
    /// Whether pixels lie too close for f32, and training in f64 tells them apart better.
    pub fn needs_double(&self) -> bool {
        self.warnings(Precision::F64).len() < self.warnings(Precision::F32).len()
    }

    /// What to know before training in this format: axes along which pixels lie closer than numbers can tell.
    pub fn warnings(&self, precision: Precision) -> Vec<String> {
        let warn = |(axis, (varied, count)): (&MapAxis, (Varied, usize))| {
            // Starts are drawn in single precision by every backend.
            let double = precision == Precision::F64 && varied != Varied::Init;
            let (name, bits) = if double { ("double", 53) } else { ("single", 24) };
            let steps = axis.steps_between_pixels(count, bits);
            let remedy = match (double, varied) {
                (false, Varied::Init) => "starts are drawn in single precision",
                (false, _) => "--precision f64 has them trained in double precision",
                (true, _) => "no backend is finer",
            };
            (steps < STEPS_NEEDED).then(|| {
                format!(
                    "pixels along {} are {steps:.2} steps of {name} precision apart, so neighbours may train alike; \
                     {remedy}",
                    axis.name
                )
            })
        };
        let counts = [self.size().0, self.size().1];
        self.axes().into_iter().zip(self.varied().into_iter().zip(counts)).filter_map(warn).collect()
    }
}
