//! The object of a surface, as `basins surface --json` prints it and `surface.json` has it: every key, what it means and its
//! unit.

use serde::Serialize;
use serde_json::{Value, json};

use crate::backend::DeviceInfo;
use crate::spec::{Problem, Spec};
use crate::study::Surface;

use super::BOUNDS;

const SCHEMA: &str = "basins.surface/1";

/// The loss over a plane of two weights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SurfaceObject<'a> {
    /// Which object this is, and the version of its form.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// Every setting that decides the loss, by the names of the flags.
    spec: &'a Spec,
    /// Backend by name.
    backend: &'a str,
    device: &'a DeviceInfo,
    /// What varies across.
    x: PlaneAxis<'a>,
    /// What varies upwards.
    y: PlaneAxis<'a>,
    /// All weights in flat order, of which two are varied.
    weights: &'a [f64],
    loss: LossRange,
    /// How much of the plane is flat.
    flat: Vec<FlatShare>,
    /// Paths of gradient descent within the plane.
    paths: Vec<PathObject>,
}

/// A weight that is varied.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PlaneAxis<'a> {
    /// Its name, as theta1[0,0].
    weight: &'a str,
    /// Least value.
    low: f64,
    /// Largest value.
    high: f64,
    /// Values along the axis, ends included.
    points: usize,
}

/// The losses C of the plane that are finite; null if none is.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LossRange {
    /// Least loss.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    least: f64,
    /// Where that is: x and y.
    #[cfg_attr(test, schemars(with = "[Option<f64>; 2]"))]
    least_at: [f64; 2],
    /// Largest loss.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    most: f64,
}

/// How much of the plane has a small gradient.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FlatShare {
    /// The norm of the gradient within the plane is below this.
    gradient_norm_below: f64,
    /// At this share of the points, from 0 to 1.
    share: f64,
}

/// A path of gradient descent.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PathObject {
    /// Where it starts: x and y.
    start: Option<(f64, f64)>,
    /// Where it ends: x and y, null where that is not finite.
    #[cfg_attr(test, schemars(with = "Option<(Option<f64>, Option<f64>)>"))]
    end: Option<(f64, f64)>,
    /// Whether every output ends on the right side of the middle between the targets.
    right: bool,
}

/// The object of `basins surface --json`, schema `basins.surface/1`.
pub fn surface_json(surface: &Surface, problem: &Problem, base: &[f64], backend: &str, device: &DeviceInfo) -> Value {
    let axis = |weight, values: &[f64]| PlaneAxis {
        weight,
        low: values[0],
        high: values[values.len() - 1],
        points: values.len(),
    };
    let (x, y, least) = surface.lowest();
    let paths = surface.paths.iter().map(|path| PathObject {
        start: path.points.first().copied(),
        end: path.points.last().copied(),
        right: path.right,
    });
    json!(SurfaceObject {
        schema: SCHEMA,
        spec: problem.spec(),
        backend,
        device,
        x: axis(&surface.x_name, &surface.x),
        y: axis(&surface.y_name, &surface.y),
        weights: base,
        loss: LossRange { least, least_at: [x, y], most: surface.loss_range().1 },
        flat: BOUNDS
            .iter()
            .map(|bound| FlatShare { gradient_norm_below: *bound, share: surface.flat_share(*bound) })
            .collect(),
        paths: paths.collect(),
    })
}
