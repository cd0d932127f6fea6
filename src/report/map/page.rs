//! `report.html` of a map.

use base64::Engine;
use serde_json::{Value, json};

use crate::error::Result;
use crate::outcome::Fate;
use crate::report::html::{Fact, Page, spec_pairs};
use crate::report::number::{grouped, short};
use crate::report::plot::Sheet;
use crate::report::words::{dashed, duration, labelled};
use crate::spec::MapAxis;
use crate::stats::Dimension;
use crate::study::{Finished, Map, MapPlan};

use super::MapPicture;
use super::colour::words;
use super::{axis_text, own_starts, settings, shares_text, start_text, trainings};

/// The page of a finished map; `object` is the map's, `command` what makes it again.
///
/// # Errors
/// The picture cannot be encoded.
pub fn map_page(
    map: &Map,
    finished: &Finished,
    picture: &MapPicture<'_>,
    object: &Value,
    command: &str,
) -> Result<String> {
    let plan = picture.plan;
    let spec = plan.spec();
    let [x, y] = plan.axes();
    let title = format!("{} learning {}, over {} and {}", dashed(&spec.layers), spec.task, x.name, y.name);
    let (columns, rows) = plan.size();
    let mut page = Page::new(
        &labelled(&title, object),
        &format!("{columns} x {rows} pixels, each {}: {}.", trainings(plan), settings::text(plan)),
    );
    for warning in object["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        page.warning(warning);
    }
    page.facts(&facts(finished, plan));
    let caption = format!("Across {}, up {}; {}.", axis_text(x), axis_text(y), start_text(plan));
    page.picture_to_point_at(|sheet| picture.draw(sheet), &caption, &points(map, picture))?;
    let what = if finished.shares.is_some() { "networks" } else { "pixels" };
    page.section(&format!("What became of the {what}"));
    let row = |(fate, count): (&Fate, &u64)| {
        let share = 100.0 * *count as f64 / finished.networks() as f64;
        vec![fate.words().to_owned(), grouped(*count), format!("{share:.2}%"), fate.description().to_owned()]
    };
    let rows: Vec<Vec<String>> = finished.fates.iter().map(row).collect();
    page.table(&["fate", what, "share", "what it means"], &rows, &[0, 3]);
    if let Some(shares) = &finished.shares {
        page.paragraph(&format!("{}.", shares_text(shares, plan)));
    }
    if finished.boundary.is_none() {
        page.paragraph(&format!("{}: a boundary would be that of chance.", own_starts(plan)));
    }
    page.section("Settings that are the same for all pixels");
    let pairs: Vec<_> =
        spec_pairs(&object["spec"]).into_iter().flat_map(|(name, value)| settings::rest(&name, value, plan)).collect();
    page.settings(pairs.iter().map(|(name, value)| (name.as_str(), value.clone())));
    match map.net_epochs {
        // All of it was there.
        0 => page.where_it_ran(
            &map.trained_by.backend(),
            &map.trained_by.device(),
            [("training", "in earlier runs".into())],
        ),
        epochs => {
            let figures = [("training", duration(map.seconds.train)), ("net-epochs", short(epochs as f64))];
            page.where_it_ran(&map.trained_by.backend(), &map.trained_by.device(), figures);
        }
    }
    page.again(command);
    page.data(&object.to_string());
    Ok(page.finish())
}

/// Most points along a side that can be pointed at.
const POINTED: usize = 360;

/// What `point.js` needs: where the map lies in either picture, its axes, and for each point of the canvas, the lowest row
/// first, its fate and three bytes of its epochs, the lowest first.
fn points(map: &Map, picture: &MapPicture<'_>) -> Value {
    /// More epochs than three bytes hold are shown as the most that they do.
    const MOST: u32 = (1 << 24) - 1;
    let [x, y] = picture.plan.axes();
    let axis = |axis: &MapAxis| json!({"name": axis.name, "low": axis.range.low, "high": axis.range.high, "log": axis.range.log});
    let (columns, rows) = map.canvas.size();
    // Finer than a screen shows would only make the page large.
    let step = columns.max(rows).div_ceil(POINTED).max(1);
    let (shown_columns, shown_rows) = (columns.div_ceil(step), rows.div_ceil(step));
    let mut cells = Vec::with_capacity(4 * shown_columns * shown_rows);
    for row in 0..shown_rows {
        for column in 0..shown_columns {
            let middle = |at: usize, shown: usize, all: usize| (2 * at + 1) * all / (2 * shown);
            let at = middle(row, shown_rows, rows) * columns + middle(column, shown_columns, columns);
            let cell = map.canvas.points()[at];
            let fate = cell.map_or(Fate::Unfinished, |cell| cell.fate);
            let place = Fate::ALL.iter().position(|other| *other == fate).unwrap_or(0) as u8;
            let [low, middle, high, _] = cell.map_or(0, |cell| cell.epoch.min(MOST)).to_le_bytes();
            cells.extend([place, low, middle, high]);
        }
    }
    let places = [Sheet::Wide, Sheet::Narrow].map(|sheet| {
        let (scene, frame) = (picture.draw(sheet), picture.layout(sheet).frame);
        json!({
            "width": scene.width(), "height": scene.height(),
            "left": frame.corner.0, "top": frame.corner.1, "across": frame.size.0, "up": frame.size.1,
        })
    });
    json!({
        "places": places,
        "columns": shown_columns, "rows": shown_rows,
        "x": axis(x), "y": axis(y),
        "fates": Fate::ALL.map(words),
        "several": if map.canvas.points().iter().flatten().any(|cell| cell.networks() > 1) {
            " (most of its networks; epochs on average)"
        } else {
            ""
        },
        "cells": base64::engine::general_purpose::STANDARD.encode(cells),
    })
}

fn facts(finished: &Finished, plan: &MapPlan) -> Vec<Fact> {
    let share = 100.0 * finished.solved() as f64 / finished.networks() as f64;
    let epochs = grouped(plan.spec().epochs.into());
    let what = if finished.shares.is_some() { "networks" } else { "pixels" };
    let label = format!("of {} {what} solved within {epochs} epochs", grouped(finished.networks()));
    let mut facts = vec![Fact::new(format!("{share:.2}%"), label)];
    if let Some(epochs) = finished.epochs_to_solve {
        facts.push(Fact::new(grouped(epochs.median.into()), "epochs by which half of those are solved"));
    }
    let solved: Option<&Dimension> = finished.boundary.as_ref().and_then(|boundary| boundary.solved.as_ref());
    if let Some(dimension) = solved {
        let interval = format!("{:.2} to {:.2}", dimension.interval.low, dimension.interval.high);
        let what = if finished.shares.is_some() { "where half is solved" } else { "of what is solved" };
        let label = format!("box-counting dimension of the boundary {what} (95% interval {interval})");
        facts.push(Fact::new(format!("{:.2}", dimension.estimate), label));
    }
    facts
}
