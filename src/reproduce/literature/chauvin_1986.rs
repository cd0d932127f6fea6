//! How the time to learn XOR falls with the number of hidden units.

use crate::error::Result;
use crate::reproduce::lab::mean_epochs;
use crate::reproduce::{Accept, Content, Curve, Curves, Exhibit, Figure, Lab, Reproduction, Scale};
use crate::spec::{Spec, Update};

use super::pdp_style;

const FORMULA: &str = "a formula fitted to few runs, whose start, momentum and criterion we infer: within 10%";

/// What the source's formula gives, where it prints no number for this many units.
const FORMULA_4: &str = "280 - 33 log2 4 = 214";
const FORMULA_8: &str = "280 - 33 log2 8 = 181";
const FORMULA_16: &str = "280 - 33 log2 16 = 148";

const fn figure(quantity: &'static str, published: &'static str, value: f64) -> Figure {
    Figure { quantity, published, accept: Accept::Near { value, absolute: 0.0, relative: 0.1 }, reason: FORMULA }
}

pub(in super::super) const CHAUVIN_1986: Reproduction = Reproduction {
    name: "chauvin-1986",
    title: "Presentations to learn XOR against hidden units, P = 280 - 33 log2 H",
    source: "Chauvin, in Rumelhart, Hinton & Williams 1986, chapter 8 of Parallel Distributed Processing, page 333",
    setting: "2-H-1, sigmoid, rate 0.25 where not said; printed are the formula and its ends, 2 and 32 units; inferred by us: momentum 0.9, start U(-1, 1), solved when the sum of \
              squares < 0.04; a presentation is a sweep over the four examples; mean over those solved within 10,000",
    slip: None,
    figures: &[
        figure("H = 2, batch", "about 245", 245.0),
        figure("H = 4, batch", FORMULA_4, 214.0),
        figure("H = 8, batch", FORMULA_8, 181.0),
        figure("H = 16, batch", FORMULA_16, 148.0),
        figure("H = 32, batch", "about 120", 120.0),
        figure("H = 2, online", "about 245", 245.0),
        figure("H = 4, online", FORMULA_4, 214.0),
        figure("H = 8, online", FORMULA_8, 181.0),
        figure("H = 16, online", FORMULA_16, 148.0),
        figure("H = 32, online", "about 120", 120.0),
        figure("H = 8, batch, rate 0.1", "about 450", 450.0),
        figure("H = 8, batch, rate 0.75", "about 68", 68.0),
    ],
    program,
};

const BUDGET: u32 = 10_000;

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let count = lab.count(20_000, 1_000);
    let mut curves = Vec::new();
    for (update, word) in [(Update::BatchSum, "batch"), (Update::ONLINE, "online")] {
        let mut points = Vec::new();
        for hidden in [2, 4, 8, 16, 32] {
            let spec = Spec { epochs: BUDGET, ..pdp_style(hidden, 0.25, update)? };
            let answer = lab.population(&spec.problem()?, count)?;
            let mean = mean_epochs(&answer);
            points.push((hidden as f64, mean.value()));
            lab.found(&format!("H = {hidden}, {word}"), mean);
            if hidden == 2 {
                let median = answer.epochs_to_solve().map_or(0, |epochs| epochs.median);
                lab.remark(format!(
                    "H = 2, {word}: {:.1}% solve within {BUDGET}; half of those by presentation {median}. The mean has a heavy \
                     tail, so a few runs say little of it.",
                    100.0 * answer.rate()
                ));
            }
        }
        curves.push(Curve { name: format!("ours, {word}"), points });
    }
    for (rate, quantity) in [(0.1, "H = 8, batch, rate 0.1"), (0.75, "H = 8, batch, rate 0.75")] {
        let spec = Spec { epochs: BUDGET, ..pdp_style(8, rate, Update::BatchSum)? };
        let answer = lab.population(&spec.problem()?, count)?;
        lab.found(quantity, mean_epochs(&answer));
    }
    let formula = [2.0f64, 4.0, 8.0, 16.0, 32.0].map(|hidden| (hidden, 280.0 - 33.0 * hidden.log2()));
    curves.push(Curve { name: "280 − 33 log2 H".into(), points: formula.to_vec() });
    lab.exhibit(Exhibit {
        name: "chauvin-1986",
        title: "Presentations to learn XOR against hidden units".into(),
        content: Content::Curves(Curves {
            x: Scale { label: "hidden units", log: true },
            y: Scale { label: "mean presentations of those that solve", log: false },
            curves,
            mark: None,
        }),
    });
    Ok(())
}
