//! A map in words and JSON, and one pixel of it.

use std::fmt::Write;

use serde_json::{Map as Object, Value, json};

use crate::outcome::Fate;
use crate::spec::{MapAxis, Optimizer, Varied};
use crate::stats::Dimension;
use crate::study::{Cell, Finished, Map, MapPixel, MapPlan, MapStart};

use super::number::{grouped, short};

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
    let sizes = spec.layers.to_string().replace(',', "-");
    writeln!(text, "{columns} x {rows} pixels, each a whole training of a {sizes} network on {}", spec.task)?;
    let [x, y] = plan.axes();
    writeln!(text, "across {}, up {}", axis_text(x), axis_text(y))?;
    writeln!(text, "{}; {}", settings_text(plan), start_text(plan))?;
    writeln!(text)?;
    match &map.finished {
        Some(finished) => write_finished(text, finished, plan)?,
        None => {
            let pixels = columns as u64 * rows as u64;
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
    writeln!(text, "{} on {} ({}, {})", map.backend, map.device.name, map.device.kind, map.device.driver)
}

fn write_finished(text: &mut String, finished: &Finished, plan: &MapPlan) -> std::fmt::Result {
    let pixels: u64 = finished.fates.values().sum();
    let share = |count: u64| 100.0 * count as f64 / pixels as f64;
    writeln!(
        text,
        "Solved within {} epochs: {} of {} pixels = {:.2}%",
        grouped(plan.spec().epochs.into()),
        grouped(finished.solved()),
        grouped(pixels),
        share(finished.solved())
    )?;
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
        writeln!(
            text,
            "   {:<17}{:>12} {:>8.2}%   {}",
            fate.name(),
            grouped(*count),
            share(*count),
            fate.description()
        )?;
    }
    let Some(boundary) = &finished.boundary else {
        return writeln!(text, "Every pixel has a start of its own: a boundary would be that of chance");
    };
    writeln!(text, "{}", boundary_text("solved and not solved", boundary.solved.as_ref()))?;
    if finished.fates.len() > 2 {
        writeln!(text, "{}", boundary_text("all fates", boundary.fate.as_ref()))?;
    }
    Ok(())
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

pub(super) fn axis_text(axis: &MapAxis) -> String {
    let log = if axis.range.log { ", factors even" } else { "" };
    format!("{} from {} to {}{log}", axis.name, axis.range.low, axis.range.high)
}

/// The settings that are the same for all pixels.
pub(super) fn settings_text(plan: &MapPlan) -> String {
    let spec = plan.spec();
    let varied = plan.varied();
    let mut parts = vec![format!("{}{}", spec.activation, super::terminal::connections(spec))];
    parts.extend([spec.loss.to_string(), format!("{} {}", spec.update, spec.optimizer)]);
    if !varied.contains(&Varied::Rate) && !(0..varied.len()).all(|at| matches!(varied[at], Varied::LayerRate(_))) {
        parts.push(format!("rate {}", spec.lr));
    }
    if spec.optimizer == Optimizer::Gd && spec.momentum > 0.0 && !varied.contains(&Varied::Momentum) {
        parts.push(format!("momentum {}", spec.momentum));
    }
    if !matches!(plan.start(), MapStart::Given { .. }) && !varied.contains(&Varied::Init) {
        parts.push(format!("init {}", spec.init));
    }
    format!("{}, solved at {} within {} epochs", parts.join(", "), spec.solved, grouped(spec.epochs.into()))
}

/// Where the starts come from, in a few words.
pub(super) fn start_text(plan: &MapPlan) -> String {
    let fixed =
        plan.fixed().iter().map(|(at, value)| format!("{} = {value}", plan.problem().layers().weight_name(*at)));
    let fixed: String = fixed.map(|text| format!(", {text}")).collect();
    let other = if plan.varied().iter().any(|varied| matches!(varied, Varied::Weight(_))) { "other " } else { "" };
    match plan.start() {
        MapStart::Same { seed, network } => format!("{other}weights of network {network}, seed {seed}{fixed}"),
        MapStart::Each { seed, first } => {
            format!("each pixel a network of its own, from {first} on, seed {seed}{fixed}")
        }
        MapStart::Given { name, .. } => format!("{other}weights of {name}{fixed}"),
    }
}

/// The object of `basins map --json`, schema `basins.map/1`. `fates` of map.npz are positions in `fate_names`.
pub fn map_json(map: &Map, plan: &MapPlan) -> Value {
    let (columns, rows) = plan.size();
    let axis = |axis: &MapAxis, pixels: usize| {
        json!({
            "name": axis.name,
            "low": axis.range.low,
            "high": axis.range.high,
            "log": axis.range.log,
            "pixels": pixels,
        })
    };
    let [x, y] = plan.axes();
    let finished = map.finished.as_ref();
    let fates = finished.map(|finished| {
        let count = |fate: &Fate| finished.fates.get(fate).copied().unwrap_or(0);
        Fate::ALL.iter().map(|fate| (fate.name().to_owned(), json!(count(fate)))).collect::<Object<_, _>>()
    });
    json!({
        "schema": "basins.map/1",
        "spec": plan.spec(),
        "backend": map.backend,
        "device": map.device,
        "x": axis(x, columns),
        "y": axis(y, rows),
        "start": start_json(plan),
        "pixels": columns * rows,
        "solved": finished.map(Finished::solved),
        "solved_share": finished.map(|finished| finished.solved() as f64 / (columns * rows) as f64),
        "epochs_to_solve": finished.and_then(|finished| finished.epochs_to_solve),
        "fates": fates,
        "fate_names": Fate::ALL.map(Fate::name),
        "loss_range": finished.and_then(|finished| finished.loss_range),
        "boundary": finished.and_then(|finished| finished.boundary.as_ref()),
        "pixels_done": map.pixels_done,
        "pixels_before": map.pixels_before,
        "net_epochs": map.net_epochs,
        "net_epochs_executed": map.executed_net_epochs,
        "seconds": map.seconds,
        "interrupted": finished.is_none(),
    })
}

fn start_json(plan: &MapPlan) -> Value {
    let fixed: Object<String, Value> =
        plan.fixed().iter().map(|(at, value)| (plan.problem().layers().weight_name(*at), json!(value))).collect();
    match plan.start() {
        MapStart::Same { seed, network } => json!({"from": "same", "seed": seed, "net": network, "fixed": fixed}),
        MapStart::Each { seed, first } => json!({"from": "each", "seed": seed, "first": first, "fixed": fixed}),
        MapStart::Given { weights, name } => {
            json!({"from": "given", "name": name, "weights": weights, "fixed": fixed})
        }
    }
}

/// What `basins map --pixel` prints; `command` replays the pixel.
pub fn map_pixel_text(pixel: &MapPixel, plan: &MapPlan, command: &str) -> String {
    let mut text = String::new();
    let _ = write_pixel(&mut text, pixel, plan, command);
    text
}

fn write_pixel(text: &mut String, pixel: &MapPixel, plan: &MapPlan, command: &str) -> std::fmt::Result {
    let [x, y] = plan.axes();
    let (column, row) = pixel.pixel;
    writeln!(text, "Pixel {column}, {row} (column from the left, row from below, from 0)")?;
    writeln!(text, "   {} = {}, {} = {}", x.name, pixel.values[0], y.name, pixel.values[1])?;
    let (rates, momentum) = plan.rates(pixel.pixel);
    let rates: Vec<String> = rates.iter().map(f64::to_string).collect();
    writeln!(text, "   rates {}, momentum {momentum}, {}", rates.join(" and "), start_of(pixel, plan))?;
    writeln!(text)?;
    writeln!(text, "Start")?;
    for shape in plan.problem().layers().shapes() {
        for row in 0..shape.row_count() {
            let at = shape.offset + row * shape.fan_out;
            let name = plan.problem().layers().weight_name(at);
            let name = name.split(',').next().unwrap_or_default().to_owned() + ",:]";
            let weights: Vec<String> =
                pixel.weights[at..at + shape.fan_out].iter().map(|weight| format!("{weight:12.6}")).collect();
            writeln!(text, "   {name:<12}{}", weights.join(" "))?;
        }
    }
    writeln!(text)?;
    let Cell { fate, epoch, loss } = pixel.cell;
    match fate {
        Fate::Solved => writeln!(text, "Solved at epoch {}, loss {loss:.6}", grouped(epoch.into()))?,
        _ => {
            writeln!(text, "Not solved: {} after {} epochs, loss {loss:.6}", fate.name(), grouped(epoch.into()))?;
            writeln!(text, "   {}: {}", fate.name(), fate.description())?;
        }
    }
    writeln!(text)?;
    writeln!(text, "Epoch by epoch, in f64:")?;
    writeln!(text, "   {command}")
}

fn start_of(pixel: &MapPixel, plan: &MapPlan) -> String {
    match (pixel.network, plan.start()) {
        (Some(network), MapStart::Same { seed, .. } | MapStart::Each { seed, .. }) => {
            format!("network {network} of seed {seed}")
        }
        (_, MapStart::Given { name, .. }) => name.clone(),
        _ => String::new(),
    }
}

/// The object of `basins map --pixel --json`, schema `basins.map-pixel/1`.
pub fn map_pixel_json(pixel: &MapPixel, plan: &MapPlan, backend: &str, command: &str) -> Value {
    let [x, y] = plan.axes();
    let (rates, momentum) = plan.rates(pixel.pixel);
    let Cell { fate, epoch, loss } = pixel.cell;
    json!({
        "schema": "basins.map-pixel/1",
        "spec": plan.spec_at(pixel.pixel),
        "backend": backend,
        "pixel": [pixel.pixel.0, pixel.pixel.1],
        "x": {"name": x.name, "value": pixel.values[0]},
        "y": {"name": y.name, "value": pixel.values[1]},
        "net": pixel.network,
        "start": pixel.weights,
        "rates": rates,
        "momentum": momentum,
        "fate": fate.name(),
        "solved_epoch": (fate == Fate::Solved).then_some(epoch),
        "stop_epoch": epoch,
        "loss": loss,
        "trace": command,
    })
}
