//! `report.html` of a run.

use serde_json::Value;

use crate::error::Result;
use crate::outcome::Fate;
use crate::report::html::{Fact, Page, spec_pairs};
use crate::report::number::{grouped, percent, short};
use crate::report::words::{dashed, duration, labelled, settings};
use crate::spec::Spec;
use crate::stats::Interval;
use crate::study::{KindRow, RunAnswer};

use super::advice::advice_lines;
use super::fates::{DEAD_LIMIT, WITHIN_REGION, dead_networks, evidence, flow_lines, loss_text, medians, others};
use super::picture::survival_picture;
use super::text::{survival_lines, width_words};

/// The page; `run` is the answer's object and `command` what makes it again.
///
/// # Errors
/// A picture cannot be encoded.
pub fn run_page(answer: &RunAnswer, run: &Value, command: &str) -> Result<String> {
    let spec = answer.problem.spec();
    let title =
        format!("{} networks {} learning {}", grouped(answer.tally.networks()), dashed(&spec.layers), spec.task);
    let mut page = Page::new(&labelled(&title, run), &settings(spec, answer.imported_starts));
    if let Some(labels) = answer.problem.examples().labels() {
        page.paragraph(labels);
    }
    if answer.interrupted {
        page.warning(&format!(
            "Interrupted: {} of {} networks were begun, {} of them are unfinished. Networks that need few epochs finish \
             first, so the rate is a lower bound.",
            grouped(answer.tally.networks()),
            grouped(answer.population.count()),
            grouped(answer.unfinished())
        ));
    }
    if answer.cut_after {
        page.warning("Interrupted after training: what follows it is missing or incomplete.");
    }
    page.facts(&facts(answer));
    if let Some(words) = width_words(answer) {
        page.paragraph(&words);
    }
    page.section("How long it takes");
    epochs(&mut page, answer);
    let title = labelled(&survival_title(spec), run);
    page.picture(
        |sheet| survival_picture(answer, &title, sheet),
        "Share of the networks that are still unsolved after so many epochs, with its 95% bands: dark for each epoch by \
         itself, light for the whole curve (Hall-Wellner).",
    )?;
    for line in survival_lines(answer) {
        page.paragraph(line.trim_start());
    }
    fates(&mut page, answer);
    continued(&mut page, answer);
    let advice = advice_lines(answer);
    if !advice.is_empty() {
        page.section("What to do next");
        advice.iter().for_each(|line| page.paragraph(line));
    }
    page.section("Settings");
    let starts = if answer.imported_starts { "imported" } else { "drawn" };
    let population = [
        ("networks", grouped(answer.population.count())),
        ("first network", grouped(answer.population.first())),
        ("seed", answer.population.seed().to_string()),
        ("starts", starts.into()),
    ];
    let spec = spec_pairs(&run["spec"]);
    page.settings(population.into_iter().chain(spec.iter().map(|(name, value)| (name.as_str(), value.clone()))));
    let figures = [
        ("setup", duration(answer.seconds.setup)),
        ("training", duration(answer.seconds.train)),
        ("net-epochs", grouped(answer.tally.net_epochs())),
        ("net-epochs/s", short(answer.throughput())),
    ];
    page.where_it_ran(&answer.trained_by.backend(), &answer.trained_by.device(), figures);
    page.again(command);
    page.data(&run.to_string());
    Ok(page.finish())
}

/// "XOR, 2-3-1: still unsolved after so many epochs".
pub fn survival_title(spec: &Spec) -> String {
    format!("{}, {}: how many are still unsolved", spec.task.to_string().to_uppercase(), dashed(&spec.layers))
}

fn between(interval: Interval, half: f64) -> String {
    format!("{} to {}", percent(interval.low, half), percent(interval.high, half))
}

fn facts(answer: &RunAnswer) -> Vec<Fact> {
    let (interval, tally) = (answer.interval(), &answer.tally);
    let half = interval.half_width();
    let rate = percent(answer.rate(), half);
    let counts = format!("{} of {}", grouped(tally.solved()), grouped(tally.networks()));
    if answer.interrupted {
        let within = grouped(answer.last_epoch().into());
        let source = if answer.unfinished() > 0 { " by the survival curve" } else { "" };
        if !answer.tells_rate() {
            return vec![Fact::new("none".to_owned(), format!("solved so far: {counts}"))];
        }
        return vec![
            Fact::new(rate, format!("solved within {within} epochs{source}; so far {counts}")),
            Fact::new(between(interval, half), format!("95% interval ({})", interval.method)),
        ];
    }
    let epochs = grouped(answer.problem.spec().epochs.into());
    let mut facts = vec![
        Fact::new(rate, format!("solved within {epochs} epochs: {counts}")),
        Fact::new(between(interval, half), format!("95% interval ({})", interval.method)),
    ];
    if let Some(epoch) = answer.survival().median().epoch {
        facts.push(Fact::new(grouped(epoch.into()), "epochs until half are solved"));
    }
    if let Some(restart) = answer.restart() {
        let cost = grouped(restart.best.expected_epochs.round() as u64);
        let label = match restart.pays() {
            true => format!("expected epochs per solution, restarting after {}", grouped(restart.best.epoch.into())),
            false => "expected epochs per solution; restarting earlier saves less than 1%".into(),
        };
        facts.push(Fact::new(cost, label));
    }
    facts
}

fn epochs(page: &mut Page, answer: &RunAnswer) {
    let Some(epochs) = answer.epochs_to_solve() else {
        page.paragraph("No network was solved.");
        return;
    };
    let mut row = vec!["epochs to solve".to_owned()];
    let counts = [epochs.min, epochs.p05, epochs.p25, epochs.median, epochs.p75, epochs.p95, epochs.max];
    row.extend(counts.map(|epoch| grouped(epoch.into())));
    row.push(grouped(epochs.mean.round() as u64));
    page.table(&["of those solved", "first", "5%", "25%", "median", "75%", "95%", "last", "mean"], &[row], &[0]);
}

fn fates(page: &mut Page, answer: &RunAnswer) {
    let rest = answer.tally.networks() - answer.tally.solved();
    if rest == 0 {
        return;
    }
    page.section(&format!("The {} unsolved", grouped(rest)));
    let cells = |name: String, row: &KindRow| {
        let half = row.interval.half_width();
        let share = row.tally.count as f64 / answer.tally.networks() as f64;
        vec![
            name,
            grouped(row.tally.count),
            percent(share, half),
            // Networks that finish before an interruption are no fair sample.
            if answer.interrupted { String::new() } else { between(row.interval, half) },
            row.tally.mean_loss().map_or("-".into(), loss_text),
            evidence(row.kind.fate, &row.verdicts),
        ]
    };
    let mut rows = Vec::new();
    let fates = answer.fates();
    for row in &fates {
        rows.push(cells(row.kind.fate.words().into(), row));
        let variants = answer.variants(row.kind.fate);
        rows.extend(variants.iter().map(|row| cells(format!("  {}", row.kind.variant.label(&answer.problem)), row)));
    }
    let head = ["fate", "networks", "share", "95% interval", "mean loss", "evidence, of those examined in f64"];
    page.table(&head, &rows, &[0, 5]);
    let described = |fate: Fate| vec![fate.words().to_owned(), fate.description().to_owned()];
    let rows: Vec<Vec<String>> = fates.iter().map(|row| described(row.kind.fate)).collect();
    page.table(&["fate", "what it means"], &rows, &[0, 1]);
    if let Some(words) = medians(answer) {
        page.paragraph(words);
    }
    for line in flow_lines(answer) {
        page.paragraph(&line);
    }
    if answer.has_verdicts_within_regions() {
        page.paragraph(&format!("Minima and saddles are shown {WITHIN_REGION}."));
    }
    for line in dead_networks(answer).iter().take(DEAD_LIMIT) {
        page.paragraph(&format!("Dead: {line}."));
    }
}

fn continued(page: &mut Page, answer: &RunAnswer) {
    let Some(continued) = &answer.continued else { return };
    page.section(&format!("Trained on to {} epochs", grouped(continued.epochs.into())));
    let first = if continued.partial { "The first " } else { "All " };
    page.paragraph(&format!("{first}{} networks that were unsolved.", grouped(continued.networks)));
    if continued.interrupted {
        page.paragraph("Interrupted: more would have escaped, so shares are lower bounds.");
    }
    let rows: Vec<Vec<String>> = continued
        .rows
        .iter()
        .map(|row| {
            let half = row.interval.half_width();
            vec![
                row.fate.words().into(),
                grouped(row.networks),
                grouped(row.solved),
                percent(row.solved as f64 / row.networks as f64, half),
                if continued.interrupted { String::new() } else { between(row.interval, half) },
                others(row),
            ]
        })
        .collect();
    page.table(&["had been", "networks", "escaped", "share", "95% interval", "the others"], &rows, &[0, 5]);
}
