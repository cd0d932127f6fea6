//! `basins trace`: one network replayed on the f64 reference, step by step.

use serde::Serialize;
use serde_json::{Value, json};

use crate::arrays::{Array, npz_bytes};
use crate::backend::Watch;
use crate::error::{Error, Result};
use crate::outcome::{Values, Weights, WeightsFile};
use crate::report::plot::Sheet;
use crate::report::{
    Animation, TracePage, TracedNetwork, explanation_json, explanation_markdown, explanation_page, explanation_text,
    labelled, network_picture, trace_csv, trace_json, trace_picture, trace_text,
};
use crate::spec::Problem;
use crate::study::{Explanation, Trace};

use super::ending::Ending;
use super::folder::Folder;
use super::frame::{Flag, Frame, NO_SHARDS, Record, Study};
use super::network::NetworkArgs;
use super::verb::Example;
use super::{interrupt, pictures};

/// What --out writes beside the object.
const FILES: [&str; 8] =
    [PAGE, TRAINING, "trace.csv", "trace.npz", "trace.png", "trace.svg", "network.png", "network.svg"];
/// The same of one epoch spelt out.
const EXPLAINED: [&str; 3] = [PAGE, TRAINING, "explanation.md"];
const PAGE: &str = "report.html";
/// The training, animated.
const TRAINING: &str = "training.png";

/// What a trace takes beside the shared settings.
#[derive(Clone, Debug, clap::Args, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Options {
    #[command(flatten)]
    #[serde(flatten)]
    network: NetworkArgs,

    /// Keep every EPOCHS-th epoch
    ///
    /// [default: so that at most 10,000 are kept, of large networks fewer]
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    every: Option<u32>,

    /// Spell out one epoch
    ///
    /// As on a blackboard, with every matrix and its shape; --out takes it as a page and as Markdown
    #[arg(long, value_name = "EPOCH", num_args = 0..=1, default_missing_value = "1", allow_negative_numbers = true)]
    explain: Option<u32>,
}

/// A trace and what it is one of, and one epoch spelt out if that was asked for.
pub(super) struct Answer {
    /// Absent where nothing but an epoch is asked for.
    trace: Option<Box<Trace>>,
    explanation: Option<Explanation>,
    problem: Box<Problem>,
    name: String,
    described: TracedNetwork,
}

impl Study for Options {
    const NAME: &'static str = "trace";
    const ABOUT: &'static str = "Replay one network on the f64 reference, epoch by epoch";
    const EXAMPLES: &'static [Example] = &[
        ("trace --net 7", "one network, from its start to its end"),
        ("trace --net 7 --explain", "its first epoch, with every matrix"),
        ("trace --net 7 --every 10 --out trace", "every tenth epoch as CSV and NumPy, with pictures"),
    ];
    const FLAGS: &'static [(&'static str, Flag)] = &[
        ("shard", NO_SHARDS),
        ("nets", Flag::Ignored),
        ("first", Flag::Ignored),
        ("backend", Flag::Ignored),
        ("precision", Flag::Ignored),
        ("device", Flag::Ignored),
        ("threads", Flag::Ignored),
        ("interval", Flag::Ignored),
        ("require-gpu", Flag::Ignored),
        ("progress", Flag::Ignored),
        ("weights-out", Flag::Means("For the network's final weights")),
        ("out", Flag::Files("report.html, trace.json, trace.csv, trace.npz and the pictures, one of them animated")),
    ];

    type Answer = Answer;

    fn said(&self) -> Value {
        json!(self)
    }

    fn defaults() -> Value {
        json!({"net": 0})
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        Some(if self.explain.is_some() { EXPLAINED.to_vec() } else { FILES.to_vec() })
    }

    fn answer(&self, frame: &Frame<'_>, folder: Option<&mut Folder>) -> Result<Answer> {
        let (problem, settings) = (frame.problem()?, frame.settings);
        let start = self.network.start(settings, problem)?;
        let identity = self.network.identity(settings);
        let net = self.network.net;
        let (name, described) = match &settings.weights_in {
            Some(path) => (
                format!("Network {net} of {}", path.display()),
                TracedNetwork { net: net.0, seed: None, weights_in: Some(path.clone()) },
            ),
            None => {
                let seed = frame.seed();
                (
                    format!("Network {net}, seed {seed}"),
                    TracedNetwork { net: net.0, seed: Some(seed), weights_in: None },
                )
            }
        };
        let problem_kept = Box::new(problem.clone());
        let mut answer = Answer { trace: None, explanation: None, problem: problem_kept, name, described };
        if let Some(epoch) = self.explain {
            if settings.weights_out.is_some() {
                return Err(Error::input("--weights-out is for the whole trace; --explain spells out one epoch"));
            }
            let explanation = Explanation::of(problem, &start, identity, epoch);
            answer.explanation = Some(explanation.ok_or_else(|| nothing_to_explain(problem, epoch))?);
            if folder.is_none() {
                return Ok(answer);
            }
        }
        interrupt::listen(frame.output.speaks());
        let path = settings.weights_out.as_ref();
        let weights_out = path.map(|path| WeightsFile::create(path, problem.layers())).transpose()?;
        let trace = Trace::of(problem, &start, identity, self.every, &InterruptOnly)
            .ok_or_else(|| Error::interrupted("interrupted before the training ended; nothing is written"))?;
        if let Some(file) = weights_out {
            write_weights(file, problem, &trace)?;
        }
        answer.trace = Some(Box::new(trace));
        Ok(answer)
    }

    fn object(&self, answer: &Answer) -> Value {
        let Answer { trace, explanation, problem, described, .. } = answer;
        match (explanation, trace) {
            (Some(explanation), _) => explanation_json(explanation, problem, described),
            (None, Some(trace)) => trace_json(trace, problem, described),
            (None, None) => Value::Null,
        }
    }

    fn write(&self, answer: &mut Answer, record: &Record<'_>, folder: &mut Folder) -> Result<()> {
        let Answer { trace, explanation, problem, name, .. } = answer;
        let Some(trace) = trace else { return Ok(()) };
        let title =
            format!("{name}: {} on {}", problem.spec().layers.to_string().replace(',', "-"), problem.spec().task);
        let Record { object, command } = record;
        let title = labelled(&title, object);
        let animation = Animation::of(trace, problem, &title)?;
        folder.add(TRAINING, animation.file())?;
        if let Some(explanation) = explanation {
            folder.add("explanation.md", explanation_markdown(explanation, &title).as_bytes())?;
            let page = explanation_page(explanation, &title, &animation, object, command);
            return folder.add(PAGE, page.as_bytes());
        }
        let imported = object["network"]["weights_in"].is_string();
        let page = TracePage { trace, problem, name, imported, animation: &animation };
        folder.attempt(|folder| folder.add(PAGE, page.page(object, command)?.as_bytes()));
        write(folder, trace, problem, &title)
    }

    fn text(&self, answer: &Answer, frame: &Frame<'_>) -> String {
        let Answer { trace, explanation, problem, name, .. } = answer;
        match (explanation, trace) {
            (Some(explanation), _) => explanation_text(explanation),
            (None, Some(trace)) => {
                let more = match frame.settings.out {
                    Some(_) => "",
                    None => "\nEvery epoch and the pictures: --out DIR. One epoch spelt out: --explain EPOCH.\n",
                };
                trace_text(trace, problem, name, frame.settings.weights_in.is_some()) + more
            }
            (None, None) => String::new(),
        }
    }

    fn ending(&self, _: &Answer, _: &Frame<'_>) -> Result<Ending> {
        Ok(Ending::Complete)
    }
}

/// Ctrl-C without progress.
struct InterruptOnly;

impl Watch for InterruptOnly {
    fn interrupted(&self) -> bool {
        interrupt::asked()
    }
}

fn nothing_to_explain(problem: &Problem, epoch: u32) -> Error {
    Error::input(if epoch == 0 {
        "--explain counts epochs from 1".to_owned()
    } else {
        format!(
            "--explain {epoch}: training of this network ends before that epoch (--epochs {}, --after-solved {})",
            problem.spec().epochs,
            problem.spec().after_solved
        )
    })
}

fn write_weights(mut file: WeightsFile, problem: &Problem, trace: &Trace) -> Result<()> {
    let last = trace.weights_of(trace.row_count() - 1).to_vec();
    file.append(&Weights::new(problem.layers(), Values::F64(last)))?;
    file.finish()
}

/// trace.csv, trace.npz (whose theta1, theta2, ... are a weights file with a network an epoch), pictures.
fn write(folder: &mut Folder, trace: &Trace, problem: &Problem, title: &str) -> Result<()> {
    let rows = trace.row_count() as u64;
    let epochs: Vec<f64> = trace.epochs.iter().map(|epoch| f64::from(*epoch)).collect();
    let examples = problem.examples();
    let layers: Vec<(String, [u64; 3], Vec<f64>)> = problem
        .layers()
        .shapes()
        .enumerate()
        .map(|(layer, shape)| {
            let part = |row: usize| trace.weights_of(row)[shape.offset..][..shape.weight_count()].to_vec();
            let values = (0..trace.row_count()).flat_map(part).collect();
            (format!("theta{}", layer + 1), [rows, shape.row_count() as u64, shape.fan_out as u64], values)
        })
        .collect();
    let output_shape = [rows, examples.count() as u64, examples.output_count() as u64];
    let mut arrays = vec![
        Array { name: "epoch", shape: &output_shape[..1], values: &epochs },
        Array { name: "loss", shape: &output_shape[..1], values: &trace.loss },
        Array { name: "gradient_norm", shape: &output_shape[..1], values: &trace.gradient_norm },
        Array { name: "outputs", shape: &output_shape, values: &trace.outputs },
    ];
    arrays.extend(layers.iter().map(|(name, shape, values)| Array { name, shape, values }));
    let npz = npz_bytes(&arrays).map_err(|error| folder.fail(&error))?;
    let mut csv = Vec::new();
    trace_csv(trace, problem, &mut csv).map_err(|error| folder.fail(&error))?;
    folder.add("trace.npz", &npz)?;
    folder.add("trace.csv", &csv)?;
    folder.attempt(|folder| pictures::write(folder, "trace", &trace_picture(trace, problem, title, Sheet::Wide)));
    folder.attempt(|folder| pictures::write(folder, "network", &network_picture(trace, problem, title, Sheet::Wide)));
    Ok(())
}
