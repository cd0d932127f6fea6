//! The cases. Frameworks count a squared error in full where ours halves it: one output, their rate times two.

use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Reproduction};

use super::{median_epoch, population, population_on, with_mean_epochs};

/// Why a difference of that size is none.
const THREE: &str = "within three standard errors of an independent simulation of 2,000 networks or more";

/// A share in per cent with the standard error of the independent simulation.
const fn share(quantity: &'static str, published: &'static str, percent: f64, error: f64) -> Figure {
    let accept = Accept::Near { value: percent / 100.0, absolute: 3.0 * error / 100.0, relative: 0.0 };
    Figure { quantity, published, accept, reason: THREE }
}

/// Something that the independent simulation met nearly always or never.
const fn between(quantity: &'static str, published: &'static str, low: f64, high: f64, reason: &'static str) -> Figure {
    Figure { quantity, published, accept: Accept::Between(low, high), reason }
}

const EPOCHS: &str = "within a tenth: the simulation's own networks scatter as much";

pub(in super::super) const SO_56914417: Reproduction = Reproduction {
    name: "practice/so-56914417",
    title: "XOR is sometimes right, sometimes two outputs stay at 0.5",
    source: "Stack Overflow, question 56914417 (reported: by luck)",
    setting: "2-2-1, sigmoid, mean squared error, SGD 0.5 (ours: rate 1 on half of it), batches of 1, Glorot starts, biases 0, 2,000 \
              epochs, looked at once at the end",
    slip: None,
    figures: &[
        share("examples shuffled: right side of 0.5", "77.0 +- 0.65 %", 77.0, 0.65),
        share("examples in order: right side of 0.5", "74.7 +- 1.0 %", 74.7, 1.0),
    ],
    program: |lab| {
        const SETTINGS: &str = "layers=2,2,1 loss=mse lr=1 init=glorot epochs=2000 judge=end solved=sign";
        for (order, word) in [("online:shuffled", "examples shuffled"), ("online", "examples in order")] {
            let answer = population(lab, &format!("{SETTINGS} update={order}"))?;
            lab.found(&format!("{word}: right side of 0.5"), &answer);
        }
        Ok(())
    },
};

pub(in super::super) const NOTEBOOK: Reproduction = Reproduction {
    name: "practice/relu-notebook",
    title: "A ReLU network learns XOR in one run out of two",
    source: "a PyTorch notebook that shows one run (reported: solved)",
    setting: "2-3-1, ReLU hidden, sigmoid output, MSELoss, SGD 0.1 (ours: rate 0.2), PyTorch's starts, full batch, 10,000 epochs, \
              every output within 0.1",
    slip: None,
    figures: &[share("share solved", "51.2 +- 1.1 %", 51.2, 1.1)],
    program: |lab| {
        let answer = population(lab, "layers=2,3,1 activation=relu,sigmoid loss=mse lr=0.2 init=pytorch")?;
        lab.found("share solved", &answer);
        Ok(())
    },
};

pub(in super::super) const COURSE_BOOK: Reproduction = Reproduction {
    name: "practice/course-book",
    title: "75% or 100% accuracy, depending on the seed",
    source: "an issue of a course book's repository",
    setting: "2-4-1, ReLU hidden, sigmoid output, cross-entropy, rate 0.5, Glorot starts, full batch, 500 epochs, the right side of 0.5 \
              at the end",
    slip: None,
    figures: &[share("100% accuracy", "57.4 +- 1.1 %", 57.4, 1.1)],
    program: |lab| {
        const SETTINGS: &str =
            "layers=2,4,1 activation=relu,sigmoid lr=0.5 init=glorot epochs=500 judge=end solved=sign";
        let answer = population(lab, SETTINGS)?;
        lab.found("100% accuracy", &answer);
        Ok(())
    },
};

pub(in super::super) const KERAS: Reproduction = Reproduction {
    name: "practice/keras",
    title: "Keras learns XOR from some starts and not from others",
    source: "an answer about Keras",
    setting: "2-2-1, tanh hidden, sigmoid output, cross-entropy, Adam 0.001 with Keras's epsilon, batches of 1, shuffled, Glorot starts, \
              5,000 epochs, the right side of 0.5 at the end",
    slip: None,
    figures: &[share("right side of 0.5", "47.4 +- 0.9 %", 47.4, 0.9)],
    program: |lab| {
        const SETTINGS: &str = "layers=2,2,1 activation=tanh,sigmoid optimizer=adam lr=0.001 epsilon=1e-7 update=online:shuffled \
                                init=glorot epochs=5000 judge=end solved=sign";
        let answer = population(lab, SETTINGS)?;
        lab.found("right side of 0.5", &answer);
        Ok(())
    },
};

pub(in super::super) const FANN: Reproduction = Reproduction {
    name: "practice/fann",
    title: "RPROP takes 80 epochs, or 1,500, or never ends",
    source: "an issue of a wrapper of FANN",
    setting: "2-2-1, tanh, inputs and targets -1 and 1, iRPROP-, first step 0.1, U(-0.1, 0.1), mean squared error below 0.004 within 3,000 \
              epochs",
    slip: None,
    figures: &[
        share("share solved", "79.1 +- 0.9 %", 79.1, 0.9),
        between("median epoch of those solved", "35", 33.0, 37.0, "within two epochs"),
    ],
    program: |lab| {
        const SETTINGS: &str = "layers=2,2,1 activation=tanh inputs=-1,1 targets=-1,1 loss=mse optimizer=rprop lr=0.1 \
                                init=uniform:0.1 solved=mse:0.004 epochs=3000";
        let answer = population(lab, SETTINGS)?;
        lab.found("share solved", &answer);
        lab.found("median epoch of those solved", median_epoch(&answer));
        Ok(())
    },
};

pub(in super::super) const LAB_SOFTMAX: Reproduction = Reproduction {
    name: "practice/lab-softmax",
    title: "XOR as two classes",
    source: "a laboratory's PyTorch code",
    setting: "2-3-2, sigmoid hidden, softmax and cross-entropy over two classes, PyTorch's starts, SGD 0.1, full batch, 30,000 epochs, the \
              larger output at the end",
    slip: None,
    figures: &[share("right class", "99.0 +- 0.4 %", 99.0, 0.4)],
    program: |lab| {
        const ROWS: [([f64; 2], &[f64]); 4] = [
            ([0.0, 0.0], &[1.0, 0.0]),
            ([0.0, 1.0], &[0.0, 1.0]),
            ([1.0, 0.0], &[0.0, 1.0]),
            ([1.0, 1.0], &[1.0, 0.0]),
        ];
        const SETTINGS: &str = "task=csv:xor-classes layers=2,3,2 activation=sigmoid,softmax init=pytorch epochs=30000 judge=end \
                                solved=accuracy";
        let answer = population_on(lab, SETTINGS, &ROWS)?;
        lab.found("right class", &answer);
        Ok(())
    },
};

pub(in super::super) const GLOW_232: Reproduction = Reproduction {
    name: "practice/glow-232",
    title: "A library's test on XOR",
    source: "pull request 232 of pytorch/glow (reported: always converges)",
    setting: "2-6-1, tanh hidden, linear output, squared error, rate 0.05, ten rows (i % 2, i/2 % 2), 2,500 steps, starts \
              U(+-sqrt(3/fan_in)), biases 0.1, every output within 0.1 at the end",
    slip: None,
    figures: &[between("share solved", "2,000 of 2,000", 0.998, 1.0, "none of 2,000 failed: at most some 0.15% do")],
    program: |lab| {
        const ONE: &[f64] = &[1.0];
        const ZERO: &[f64] = &[0.0];
        let rows: Vec<([f64; 2], &[f64])> = (0..10u8)
            .map(|row| {
                let (a, b) = (row % 2, row / 2 % 2);
                ([f64::from(a), f64::from(b)], if a == b { ZERO } else { ONE })
            })
            .collect();
        const SETTINGS: &str = "task=csv:ten-rows layers=2,6,1 activation=tanh,linear loss=mse lr=0.05 init=lecun-uniform \
                                bias-init=constant:0.1 epochs=2500 judge=end solved=max-error:0.1";
        let answer = population_on(lab, SETTINGS, &rows)?;
        lab.found("share solved", &answer);
        Ok(())
    },
};

pub(in super::super) const BRAIN_JS: Reproduction = Reproduction {
    name: "practice/brain-js",
    title: "brain.js's defaults on XOR",
    source: "brain.js, its defaults (of its momentum on weights and not on biases the variant with both was simulated too)",
    setting: "2-3-1, sigmoid, U(-0.2, 0.2), online in order, rate 0.3, momentum 0.1 on weights and biases, mean error seen during the \
              epoch at most 0.005, 20,000 epochs",
    slip: None,
    figures: &[
        between("share solved", "99.5 %", 0.992, 0.998, "three standard errors of 2,000 networks"),
        between("median epoch of those solved", "4,195", 3_985.0, 4_405.0, "within a twentieth"),
    ],
    program: |lab| {
        const SETTINGS: &str =
            "layers=2,3,1 loss=mse init=uniform:0.2 update=online lr=0.3 momentum=0.1 solved=mse:0.005 epochs=20000";
        let answer = population(lab, SETTINGS)?;
        lab.found("share solved", &answer);
        lab.found("median epoch of those solved", median_epoch(&answer));
        Ok(())
    },
};

pub(in super::super) const SKLEARN: Reproduction = Reproduction {
    name: "practice/sklearn",
    title: "MLPClassifier's defaults do not learn XOR",
    source: "scikit-learn itself: MLPClassifier(hidden_layer_sizes=(4, 2), activation='logistic') on XOR, 150 seeds",
    setting: "2-4-2-1, logistic, Adam 0.001, its starts, full batch, 200 epochs; its early stop on the loss is left out, which can only \
              train on",
    slip: None,
    figures: &[between("score 1.0", "0 of 150", 0.0, 0.02, "none of 150: at most 2% (95%)")],
    program: |lab| {
        const SETTINGS: &str = "layers=2,4,2,1 optimizer=adam lr=0.001 init=sklearn epochs=200 judge=end solved=sign";
        let answer = population(lab, SETTINGS)?;
        lab.found("score 1.0", &answer);
        Ok(())
    },
};

pub(in super::super) const SE_129472: Reproduction = Reproduction {
    name: "practice/stats-se-129472",
    title: "How often and how fast XOR is learnt, online and in batches",
    source: "Cross Validated, question 129472 (reported: 96% online, 99% in batches)",
    setting: "2-3-1, sigmoid, squared error, U(-1, 1), rate 1, momentum 0.7, root mean squared error below 0.05 within 10,000 epochs",
    slip: None,
    figures: &[
        share("online: share solved", "98.5 +- 0.2 %", 98.5, 0.2),
        mean("online: mean epochs", "375", 375.0),
        share("batch-sum: share solved", "99.0 +- 0.2 %", 99.0, 0.2),
        mean("batch-sum: mean epochs", "347", 347.0),
        share("batch-mean: share solved", "98.8 +- 0.2 %", 98.8, 0.2),
        mean("batch-mean: mean epochs", "1,345", 1_345.0),
    ],
    program: se_129472,
};

const fn mean(quantity: &'static str, published: &'static str, value: f64) -> Figure {
    Figure { quantity, published, accept: Accept::Near { value, absolute: 0.0, relative: 0.1 }, reason: EPOCHS }
}

fn se_129472(lab: &mut Lab<'_>) -> Result<()> {
    for update in ["online", "batch-sum", "batch-mean"] {
        let settings =
            format!("layers=2,3,1 loss=mse init=uniform:1 lr=1 momentum=0.7 solved=rms:0.05 update={update}");
        let answer = population(lab, &settings)?;
        with_mean_epochs(lab, update, &answer);
    }
    Ok(())
}
