//! `report.html` of a sweep.

use serde_json::Value;

use crate::error::Result;
use crate::report::html::{Fact, Page, spec_pairs};
use crate::report::number::{grouped, percent, short};
use crate::report::words::{dashed, duration, labelled};
use crate::study::Sweep;

use super::picture::{counts, sweep_picture, sweep_title};
use super::{header, networks_each, point_name, row, verdict};

/// Rows of the table; larger sweeps have theirs in sweep.csv.
const ROW_LIMIT: usize = 500;

/// The page; `object` is the sweep's, `command` what makes it again.
///
/// # Errors
/// The picture cannot be encoded.
pub fn sweep_page(sweep: &Sweep, object: &Value, command: &str) -> Result<String> {
    let names: Vec<&str> = sweep.varied.iter().map(|vary| vary.name.as_str()).collect();
    let title = format!("{} learning {}, over {}", dashed(&sweep.spec.layers), sweep.spec.task, names.join(" and "));
    let varied: Vec<String> = sweep.varied.iter().map(ToString::to_string).collect();
    let lead =
        format!("{} points of {}: {}.", grouped(sweep.points.len() as u64), networks_each(sweep), varied.join(" x "));
    let mut page = Page::new(&labelled(&title, object), &lead);
    if sweep.interrupted() {
        page.warning(&format!(
            "Interrupted: {} of {} points were trained to the end.",
            grouped(sweep.points.len() as u64),
            grouped(sweep.asked as u64)
        ));
    }
    page.facts(&facts(sweep));
    let title = labelled(&sweep_title(sweep), object);
    let caption = "Share of the networks solved at each point, with 95% intervals, each point by itself.";
    page.picture(|sheet| sweep_picture(sweep, &title, sheet), caption)?;
    page.section("Every point");
    let shown = sweep.points.len().min(ROW_LIMIT);
    let rows: Vec<Vec<String>> = (0..shown).map(|at| row(sweep, at)).collect();
    let head = header(sweep);
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let words: Vec<usize> = (0..sweep.varied.len()).filter(|at| !sweep.varied[*at].is_numeric()).collect();
    page.table(&head, &rows, &words);
    if shown < sweep.points.len() {
        let more = grouped((sweep.points.len() - shown) as u64);
        page.paragraph(&format!("And {more} more points: all are in sweep.csv."));
    }
    for (at, words) in verdict(sweep).iter().enumerate() {
        page.paragraph(&format!("{}{words}", if at == 0 { "* " } else { "" }));
    }
    page.section("Settings that are the same at all points");
    let population = [
        ("networks a point".to_owned(), counts(sweep)),
        ("first network".to_owned(), grouped(sweep.population.first())),
        ("seed".to_owned(), sweep.population.seed().to_string()),
    ];
    // What is varied has no one value; `hidden` is a part of `layers`.
    let same = |name: &str| !(names.contains(&name) || name == "layers" && names.contains(&"hidden"));
    let pairs: Vec<(String, String)> = population.into_iter().chain(spec_pairs(&object["spec"])).collect();
    page.settings(pairs.iter().filter(|(name, _)| same(name)).map(|(name, value)| (name.as_str(), value.clone())));
    let figures = [
        ("setup", duration(sweep.seconds.setup)),
        ("training", duration(sweep.seconds.train)),
        ("net-epochs", short(sweep.net_epochs() as f64)),
    ];
    page.where_it_ran(&sweep.trained_by.backend(), &sweep.trained_by.device(), figures);
    page.again(command);
    page.data(&object.to_string());
    Ok(page.finish())
}

fn facts(sweep: &Sweep) -> Vec<Fact> {
    let point = &sweep.points[sweep.against];
    let half = point.interval.half_width();
    let label = if sweep.against_best { "best rate" } else { "rate of the point that all are compared with" };
    let others = sweep.points.len() - 1;
    let mut facts = vec![
        Fact::new(percent(point.rate(), half), format!("{label}, at {}", point_name(sweep, point))),
        Fact::new(
            format!("{} to {}", percent(point.interval.low, half), percent(point.interval.high, half)),
            format!("95% interval ({})", point.interval.method),
        ),
    ];
    if others > 0 {
        let similar = format!("{} of {}", grouped(sweep.indistinct() as u64), grouped(others as u64));
        facts.push(Fact::new(similar, "other points not significantly different (5% level, adjusted)"));
    }
    facts
}
