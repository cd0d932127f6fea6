//! One pixel of a map in words.

use std::fmt::Write;

use crate::outcome::Fate;
use crate::study::{MapCell, MapPixel, MapPlan, MapStart, Member};

use crate::report::number::{grouped, percent};
use crate::report::table::{wrapped, write_command};

/// What `basins map --pixel` prints; `trace` is the command that replays one of its networks.
pub fn map_pixel_text(pixel: &MapPixel, plan: &MapPlan, trace: &dyn Fn(&Member) -> String) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_pixel(&mut text, pixel, plan, trace);
    text
}

fn write_pixel(
    text: &mut String,
    pixel: &MapPixel,
    plan: &MapPlan,
    trace: &dyn Fn(&Member) -> String,
) -> std::fmt::Result {
    let [x, y] = plan.axes();
    let (column, row) = pixel.pixel;
    writeln!(text, "Pixel {column}, {row} (column from the left, row from below, from 0)")?;
    writeln!(text, "   {} = {}, {} = {}", x.name, pixel.values[0], y.name, pixel.values[1])?;
    let (rates, momentum) = plan.rates(pixel.pixel);
    let rates: Vec<String> = rates.iter().map(f64::to_string).collect();
    let start = start_of(pixel, plan);
    wrapped(text, "   ", &format!("rates {}, momentum {momentum}, {start}", rates.join(" and ")))?;
    writeln!(text)?;
    match pixel.members.as_slice() {
        [member] => write_member(text, member, plan)?,
        members => write_members(text, pixel, members, plan)?,
    }
    writeln!(text)?;
    let several = if pixel.members.len() > 1 { ", the first of each fate" } else { "" };
    writeln!(text, "Epoch by epoch, in f64{several}:")?;
    firsts(&pixel.members).try_for_each(|(_, member)| write_command(text, "   ", &trace(member)))
}

fn write_member(text: &mut String, member: &Member, plan: &MapPlan) -> std::fmt::Result {
    writeln!(text, "Start")?;
    for shape in plan.problem().layers().shapes() {
        for row in 0..shape.row_count() {
            let at = shape.offset + row * shape.fan_out;
            let name = plan.problem().layers().weight_name(at);
            let name = name.split(',').next().unwrap_or_default().to_owned() + ",:]";
            let weights: Vec<String> =
                member.weights[at..at + shape.fan_out].iter().map(|weight| format!("{weight:12.6}")).collect();
            writeln!(text, "   {name:<12}{}", weights.join(" "))?;
        }
    }
    writeln!(text)?;
    let MapCell { fate, epoch, loss, .. } = member.cell;
    match fate {
        Fate::Solved => writeln!(text, "Solved at epoch {}, loss {loss:.6}", grouped(epoch.into())),
        _ => {
            writeln!(text, "Not solved: {} after {} epochs, loss {loss:.6}", fate.words(), grouped(epoch.into()))?;
            wrapped(text, &format!("   {}: ", fate.words()), fate.description())
        }
    }
}

fn write_members(text: &mut String, pixel: &MapPixel, members: &[Member], plan: &MapPlan) -> std::fmt::Result {
    let (cell, interval) = (&pixel.cell, pixel.interval());
    let half = interval.half_width();
    writeln!(
        text,
        "Solved within {} epochs: {} of {} = {}   (95% interval {} to {})",
        grouped(plan.spec().epochs.into()),
        cell.count(Fate::Solved),
        members.len(),
        percent(cell.share(Fate::Solved), half),
        percent(interval.low, half),
        percent(interval.high, half)
    )?;
    if cell.count(Fate::Solved) > 0 {
        writeln!(text, "   by epoch {} on the mean", grouped(cell.epoch.into()))?;
    }
    for (fate, first) in firsts(members) {
        let share = percent(cell.share(fate), half);
        let name = first.network.map_or(String::new(), |network| format!("   first network {network}"));
        writeln!(text, "   {:<21}{:>7} {share:>8}{name}", fate.words(), cell.count(fate))?;
    }
    Ok(())
}

/// The first network of each fate.
fn firsts(members: &[Member]) -> impl Iterator<Item = (Fate, &Member)> {
    let first = |fate: Fate| members.iter().find(|member| member.cell.fate == fate).map(|member| (fate, member));
    Fate::ALL.into_iter().filter_map(first)
}

fn start_of(pixel: &MapPixel, plan: &MapPlan) -> String {
    let network = |at: Option<&Member>| at.and_then(|member| member.network);
    match (network(pixel.members.first()), network(pixel.members.last()), plan.start()) {
        (_, _, MapStart::Given { name, .. }) => name.clone(),
        (Some(first), Some(last), MapStart::Same { seed, .. } | MapStart::Each { seed, .. }) => match first == last {
            true => format!("network {first} of seed {seed}"),
            false => format!("networks {first} to {last} of seed {seed}"),
        },
        _ => String::new(),
    }
}
