//! The survival curve, drawn: how many are still unsolved after t epochs, with its band, its median, and the best moment to
//! give up.

use crate::stats::SurvivalStep;
use crate::study::RunAnswer;

use crate::report::number::grouped;
use crate::report::plot::{Anchor, Axis, Frame, INK, MUTED, PALETTE, PAPER, Scene, Sheet, Stroke, even, text_width};

/// Points of the curve that a picture can show.
const POINTS: usize = 600;

/// From the first solved network to the budget: beyond this factor epochs stand on a logarithmic axis.
const LOG_FACTOR: f64 = 20.0;

/// The curve with a pointwise band within one for the whole curve, the median with its interval, and the best cut-off where restarting pays.
pub fn survival_picture(answer: &RunAnswer, title: &str, sheet: Sheet) -> Scene {
    let curve = answer.survival();
    let budget = f64::from(answer.problem.spec().epochs);
    let first = curve.steps.first().map_or(1.0, |step| f64::from(step.epoch));
    let label = "epochs";
    let x = match budget / first.max(1.0) > LOG_FACTOR {
        true => Axis::log(label, (0.7 * first).max(0.7), budget),
        false => Axis::linear(label, 0.0, budget),
    };
    let title = sheet.title(title, 725.0);
    let y = Axis::linear("share still unsolved", 0.0, 1.0);
    let frame = sheet.frame((95.0, 60.0 + title.extra()), (725.0, 405.0), x, y);
    let level = 100.0 * curve.level;
    let note = format!(
        "Kaplan-Meier estimate over {} networks; {level:.0}% bands: dark for each epoch by itself, light for the whole curve{}",
        grouped(curve.networks),
        if answer.interrupted { "; interrupted" } else { "" }
    );
    // Beside the median's words a narrow sheet has no room for others.
    let cut = best_cut_off(answer);
    let below = cut.iter().filter(|_| sheet == Sheet::Narrow);
    let note = below.fold(note, |note, (_, [when, saving])| format!("{note}; dashed line: {when}, {saving}"));
    let note = sheet.note(&note, 850.0);
    let mut scene = Scene::new(sheet.width(860.0), frame.bottom() + 95.0 + note.extra());
    let steps = curve.thinned(sheet.pick(POINTS, POINTS / 3));
    frame.grid(&mut scene);
    let from = |start: f64, share: fn(&SurvivalStep) -> f64| stairs(&steps, share, (frame.x.low, start), budget);
    let stairs = |share: fn(&SurvivalStep) -> f64| from(1.0, share);
    let colour = PALETTE[0];
    let start = (1.0 - curve.band_half_width).max(0.0);
    frame.band(&mut scene, &from(start, |step| step.band_low), &stairs(|step| step.band_high), colour);
    frame.band(&mut scene, &stairs(|step| step.low), &stairs(|step| step.high), colour);
    frame.line(&mut scene, &stairs(|step| step.unsolved), Stroke::new(colour, 1.6));
    // What finished before an interruption is no fair sample: no median, no advice.
    if let Some(cut) = cut {
        cut_off(&mut scene, &frame, cut, sheet);
    }
    if !answer.interrupted {
        median(&mut scene, &frame, answer);
    }
    frame.axes(&mut scene);
    sheet.head(&mut scene, &frame, &title);
    let foot = (0.5 * scene.width(), scene.height() - 16.0 - note.extra());
    note.draw(&mut scene, foot, Anchor::Middle, MUTED);
    scene
}

/// The curve, or an end of a band, as stairs from a point at the left edge to the budget.
fn stairs(steps: &[SurvivalStep], share: fn(&SurvivalStep) -> f64, from: (f64, f64), budget: f64) -> Vec<(f64, f64)> {
    let mut points = vec![from];
    let mut last = from.1;
    for step in steps {
        let epoch = f64::from(step.epoch);
        points.extend([(epoch, last), (epoch, share(step))]);
        last = share(step);
    }
    points.push((budget, last));
    points
}

/// A disc where half are solved, its interval as a bar, and the epoch beside it.
fn median(scene: &mut Scene, frame: &Frame, answer: &RunAnswer) {
    let median = answer.survival().median();
    let Some(epoch) = median.epoch else { return };
    let budget = answer.problem.spec().epochs;
    let (x, y) = frame.at((f64::from(epoch), 0.5));
    let dashed = Stroke { dashed: true, ..Stroke::new(MUTED, 1.2) };
    scene.line(&[(frame.corner.0, y), (x, y), (x, frame.corner.1 + frame.size.1)], dashed);
    let ends = [median.low.unwrap_or(1), median.high.unwrap_or(budget)].map(|end| frame.at((f64::from(end), 0.5)).0);
    scene.line(&[(ends[0], y), (ends[1], y)], Stroke::new(INK, 1.6));
    for end in ends {
        // Longer than the disc is high: of many networks the interval is narrower than the disc.
        scene.line(&[(end, y - 9.0), (end, y + 9.0)], Stroke::new(INK, 1.4));
    }
    scene.disc((x, y), 3.2, INK, None);
    let written = |end: Option<u32>| end.map_or("none".into(), |end| grouped(end.into()));
    let lines = [
        format!("half are solved by epoch {}", grouped(epoch.into())),
        format!("95% interval {} to {}", written(median.low), written(median.high)),
    ];
    // Before the median the curve runs above one half, so there is room below; after it, above.
    let (at, anchor, lift) = match frame.x.place(f64::from(epoch)) > 0.5 {
        true => (ends[0] - 12.0, Anchor::End, 24.0),
        false => (ends[1] + 12.0, Anchor::Start, -30.0),
    };
    let room = match anchor {
        Anchor::End => at - frame.corner.0 - 6.0,
        _ => frame.corner.0 + frame.size.0 - at - 6.0,
    };
    let lines: Vec<String> = lines.iter().flat_map(|line| even(line, 13.5, room)).collect();
    // What is broken grows away from the median.
    let more = 18.0 * (lines.len() - 2) as f64;
    let lift = if lift < 0.0 { lift - more } else { lift };
    // On paper of its own: the line of a cut-off may pass here.
    let widest = lines.iter().map(|line| text_width(line, 13.5)).fold(0.0, f64::max);
    let left = if anchor == Anchor::End { at - widest } else { at };
    scene.rectangle((left - 3.0, y + lift - 14.0), (widest + 6.0, 38.0 + more), PAPER, None);
    for (row, line) in lines.iter().enumerate() {
        scene.text((at, y + lift + 18.0 * row as f64), 13.5, anchor, line);
    }
}

/// The best moment to give up and what that saves, where it saves anything.
fn best_cut_off(answer: &RunAnswer) -> Option<(u32, [String; 2])> {
    let restart = answer.restart().filter(|restart| restart.pays() && !answer.interrupted)?;
    let epoch = restart.best.epoch;
    let words = format!("best restart: after {} epochs", grouped(epoch.into()));
    Some((epoch, [words, format!("saves {:.0}% of the epochs per solution", 100.0 * restart.saving())]))
}

/// A line at the best cut-off with its words, for which a narrow sheet has no room.
fn cut_off(scene: &mut Scene, frame: &Frame, (epoch, lines): (u32, [String; 2]), sheet: Sheet) {
    let colour = PALETTE[1];
    let (top, bottom) = (frame.corner.1, frame.corner.1 + frame.size.1);
    let x = frame.at((f64::from(epoch), 0.0)).0;
    scene.line(&[(x, top), (x, bottom)], Stroke { dashed: true, ..Stroke::new(colour, 1.8) });
    if sheet == Sheet::Narrow {
        return;
    }
    let widest = lines.iter().map(|line| text_width(line, 13.5)).fold(0.0, f64::max);
    let right = x + widest + 12.0 < frame.corner.0 + frame.size.0;
    let (at, anchor) = if right { (x + 9.0, Anchor::Start) } else { (x - 9.0, Anchor::End) };
    for (row, line) in lines.iter().enumerate() {
        scene.styled_text((at, top + 22.0 + 18.0 * row as f64), 13.5, anchor, line, colour, false, 0.0);
    }
}
