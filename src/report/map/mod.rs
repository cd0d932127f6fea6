//! A map in words and JSON.

#[cfg(feature = "pictures")]
mod colour;
mod object;
#[cfg(feature = "pictures")]
mod page;
#[cfg(feature = "pictures")]
mod picture;
mod pixel;
#[cfg(feature = "pictures")]
mod pixels;
mod settings;

use std::fmt::Write;

use crate::outcome::Fate;
use crate::report::number::{grouped, short};
use crate::report::table::wrapped;
use crate::report::words::{dashed, trained_by};
use crate::spec::{MapAxis, Varied};
use crate::stats::Dimension;
use crate::study::{Finished, Map, MapPlan, MapStart, Shares};

#[cfg(feature = "pictures")]
pub use self::colour::{MapColour, MapColours};
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use self::object::{MapObject, PixelObject};
pub use self::object::{map_json, map_pixel_json};
#[cfg(feature = "pictures")]
pub use self::page::map_page;
#[cfg(feature = "pictures")]
pub use self::picture::{MapPicture, map_picture_scale};
pub use self::pixel::map_pixel_text;
#[cfg(feature = "pictures")]
pub use self::pixels::map_pixels_png;

/// The summary of `basins map`.
pub fn map_text(map: &Map, plan: &MapPlan) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_map(&mut text, map, plan);
    text
}

fn write_map(text: &mut String, map: &Map, plan: &MapPlan) -> std::fmt::Result {
    let spec = plan.spec();
    let (columns, rows) = plan.size();
    let sizes = dashed(&spec.layers);
    let trainings = trainings(plan);
    wrapped(text, "", &format!("{columns} x {rows} pixels, each {trainings} of a {sizes} network on {}", spec.task))?;
    let [x, y] = plan.axes();
    wrapped(text, "", &format!("across {}, up {}", axis_text(x), axis_text(y)))?;
    wrapped(text, "", &format!("{}; {}", settings::text(plan), start_text(plan)))?;
    writeln!(text)?;
    match &map.finished {
        Some(finished) => write_finished(text, finished, plan)?,
        None if !map.is_interrupted() => {
            let shard = map.shard.map_or(String::new(), |asked| format!(" {}", asked.shard));
            let pixels = grouped(map.pixels_done);
            writeln!(text, "Shard{shard} is done: {pixels} pixels; `basins merge` joins the shards")?;
        }
        None => {
            let pixels = map.shard.map_or(columns as u64 * rows as u64, |asked| asked.pixels);
            writeln!(
                text,
                "Interrupted: {} of {} pixels are trained ({:.1}%)",
                grouped(map.pixels_done),
                grouped(pixels),
                100.0 * map.pixels_done as f64 / pixels as f64
            )?;
        }
    }
    if map.pixels_before > 0 {
        writeln!(text, "{} pixels were there already", grouped(map.pixels_before))?;
    }
    if map.net_epochs > 0 {
        let rate = map.net_epochs as f64 / map.seconds.train.max(1e-9);
        writeln!(
            text,
            "{} net-epochs in {:.1} s: {} net-epochs/s",
            short(map.net_epochs as f64),
            map.seconds.train,
            short(rate)
        )?;
    }
    trained_by(text, &map.trained_by)
}

/// "a whole training", or how many.
fn trainings(plan: &MapPlan) -> String {
    match plan.start_count() {
        1 => "a whole training".into(),
        count => format!("{} whole trainings", grouped(count.into())),
    }
}

fn write_finished(text: &mut String, finished: &Finished, plan: &MapPlan) -> std::fmt::Result {
    let share = |count: u64| 100.0 * count as f64 / finished.networks() as f64;
    writeln!(
        text,
        "Solved within {} epochs: {} of {} {} = {:.2}%",
        grouped(plan.spec().epochs.into()),
        grouped(finished.solved()),
        grouped(finished.networks()),
        if finished.shares.is_some() { "networks" } else { "pixels" },
        share(finished.solved())
    )?;
    if let Some(shares) = &finished.shares {
        wrapped(text, "", &shares_text(shares, plan))?;
    }
    if let Some(epochs) = finished.epochs_to_solve {
        writeln!(
            text,
            "Epochs to solve: first {}, half by {}, last {}",
            grouped(epochs.min.into()),
            grouped(epochs.median.into()),
            grouped(epochs.max.into())
        )?;
    }
    for (fate, count) in finished.fates.iter().filter(|(fate, _)| **fate != Fate::Solved) {
        let head = format!("   {:<21}{:>12} {:>8.2}%   ", fate.words(), grouped(*count), share(*count));
        wrapped(text, &head, fate.description())?;
    }
    let Some(boundary) = &finished.boundary else {
        return writeln!(text, "{}: a boundary would be that of chance", own_starts(plan));
    };
    let (solved, fates) = match finished.shares {
        None => ("solved and not solved", "all fates"),
        Some(_) => ("half or more solved and fewer", "most frequent fates"),
    };
    wrapped(text, "", &boundary_text(solved, boundary.solved.as_ref()))?;
    if finished.fates.len() > 2 {
        wrapped(text, "", &boundary_text(fates, boundary.fate.as_ref()))?;
    }
    Ok(())
}

/// Why there is no boundary.
fn own_starts(plan: &MapPlan) -> &'static str {
    if plan.start_count() == 1 { "Every pixel has a start of its own" } else { "Every pixel has starts of its own" }
}

/// How many pixels solve how many of their networks.
fn shares_text(shares: &Shares, plan: &MapPlan) -> String {
    format!(
        "Pixels by how many of their {} networks are solved: none {}, fewer than half {}, half or more {}, all {}",
        grouped(plan.start_count().into()),
        grouped(shares.none),
        grouped(shares.below_half),
        grouped(shares.half_or_more),
        grouped(shares.all)
    )
}

fn boundary_text(between: &str, dimension: Option<&Dimension>) -> String {
    match dimension {
        Some(dimension) => format!(
            "Boundary between {between}: box-counting dimension {:.3}   (95% interval {:.3} to {:.3}; boxes of 1 to {} pixels)",
            dimension.estimate,
            dimension.interval.low,
            dimension.interval.high,
            dimension.counts.last().map_or(1, |boxes| boxes.size)
        ),
        None => format!("Boundary between {between}: too little of it for a dimension"),
    }
}

fn axis_text(axis: &MapAxis) -> String {
    let log = if axis.range.log { ", factors even" } else { "" };
    format!("{} from {} to {}{log}", axis.name, axis.range.low, axis.range.high)
}

/// Where the starts come from, in a few words.
fn start_text(plan: &MapPlan) -> String {
    let fixed =
        plan.fixed().iter().map(|(at, value)| format!("{} = {value}", plan.problem().layers().weight_name(*at)));
    let fixed: String = fixed.map(|text| format!(", {text}")).collect();
    let other = if plan.varied().iter().any(|varied| matches!(varied, Varied::Weight(_))) { "other " } else { "" };
    match plan.start() {
        MapStart::Same { seed, network } if plan.start_count() == 1 => {
            format!("{other}weights of network {network}, seed {seed}{fixed}")
        }
        MapStart::Same { seed, network } => {
            let last = network.wrapping_add(u64::from(plan.start_count()) - 1);
            format!("{other}weights of networks {network} to {last} at every pixel, seed {seed}{fixed}")
        }
        MapStart::Each { seed, first } => {
            let networks = match plan.start_count() {
                1 => "a network".to_owned(),
                count => format!("{} networks", grouped(count.into())),
            };
            format!("each pixel {networks} of its own, from {first} on, seed {seed}{fixed}")
        }
        MapStart::Given { name, .. } => format!("{other}weights of {name}{fixed}"),
    }
}
