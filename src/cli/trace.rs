//! `basins trace`: one network replayed on the f64 reference, step by step.

use serde_json::json;

use crate::backend::Watch;
use crate::error::{Error, Result};
use crate::outcome::{Array, Values, Weights, WeightsFile, npz_bytes};
use crate::report::{lesson_text, network_picture, trace_csv, trace_json, trace_picture, trace_text};
use crate::spec::Problem;
use crate::study::{Lesson, Trace};

use super::folder::{Folder, check_collisions};
use super::network::NetworkArgs;
use super::run::Shared;
use super::{Ending, config, interrupt, pictures, say};

/// What --out writes.
const FILES: [&str; 7] =
    ["trace.json", "trace.csv", "trace.npz", "trace.png", "trace.svg", "network.png", "network.svg"];

#[derive(Clone, Debug, clap::Args)]
#[command(
    mut_arg("nets", |arg| arg.hide(true)),
    mut_arg("first", |arg| arg.hide(true)),
    mut_arg("backend", |arg| arg.hide(true)),
    mut_arg("precision", |arg| arg.hide(true)),
    mut_arg("device", |arg| arg.hide(true)),
    mut_arg("threads", |arg| arg.hide(true)),
    mut_arg("interval", |arg| arg.hide(true)),
    mut_arg("require_gpu", |arg| arg.hide(true)),
    mut_arg("progress", |arg| arg.hide(true)),
    mut_arg("weights_out", |arg| arg.help("Where to write the network's final weights")),
    mut_arg("out", |arg| arg.help("Folder for trace.json, trace.csv, trace.npz and the pictures")),
)]
pub(super) struct Args {
    #[command(flatten)]
    network: NetworkArgs,

    /// Keep every EPOCHS-th epoch [default: so that at most 10,000 are kept, of large networks fewer]
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    every: Option<u32>,

    /// Spell out one epoch as on a blackboard, with every matrix and its shape
    #[arg(long, value_name = "EPOCH", num_args = 0..=1, default_missing_value = "1", allow_negative_numbers = true)]
    explain: Option<u32>,

    #[command(flatten)]
    shared: Shared,
}

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let shared = &self.shared;
        shared.start_log();
        let settings = shared.settings()?;
        let problem = settings.spec()?.problem()?;
        if shared.print_config {
            say(&config::print(&settings, None)?)?;
            return Ok(Ending::Complete);
        }
        let start = self.network.start(&settings, &problem)?;
        if let Some(epoch) = self.explain {
            let why = "is for the whole trace; --explain prints one epoch";
            shared.refuse(&settings, &["--weights-out", "--out"], why)?;
            if shared.json {
                return Err(Error::input(format!("--json {why}")));
            }
            let lesson = Lesson::of(&problem, &start, epoch).ok_or_else(|| nothing_to_explain(&problem, epoch))?;
            say(&lesson_text(&lesson))?;
            return Ok(Ending::Complete);
        }
        check_collisions(&settings, shared.config.as_deref(), &FILES)?;
        interrupt::listen();
        let folder = settings.out.as_deref().map(|path| Folder::open(path, &FILES)).transpose()?;
        let weights_out =
            settings.weights_out.as_ref().map(|path| WeightsFile::create(path, problem.layers())).transpose()?;
        let trace = Trace::of(&problem, &start, self.every, &Listener)
            .ok_or_else(|| Error::interrupted("interrupted before the training ended; nothing is written"))?;
        let (name, described) = match &settings.weights_in {
            Some(path) => (
                format!("Network {} of {}", self.network.net, path.display()),
                json!({ "net": self.network.net.0, "weights_in": path }),
            ),
            None => {
                let seed = settings.seed.map_or(0, |seed| seed.0);
                (
                    format!("Network {}, seed {seed}", self.network.net),
                    json!({ "net": self.network.net.0, "seed": seed }),
                )
            }
        };
        let json = serde_json::to_string_pretty(&trace_json(&trace, &problem, &described)).unwrap_or_default() + "\n";
        if let Some(file) = weights_out {
            write_weights(file, &problem, &trace)?;
        }
        let drawn = folder.is_some();
        if let Some(folder) = folder {
            write(folder, &trace, &problem, &name, &json)?;
        }
        say(&if shared.json { json } else { trace_text(&trace, &problem, &name, settings.weights_in.is_some()) })?;
        if !drawn && !shared.json {
            say("\nEvery epoch and the pictures: --out DIR. One epoch spelt out: --explain EPOCH.\n")?;
        }
        Ok(Ending::Complete)
    }
}

/// Hears Ctrl-C and shows nothing.
struct Listener;

impl Watch for Listener {
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

/// trace.csv, trace.npz (whose theta1, theta2, ... are a weights file with a network an epoch), trace.json, pictures.
fn write(mut folder: Folder, trace: &Trace, problem: &Problem, name: &str, json: &str) -> Result<()> {
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
    folder.add("trace.json", json.as_bytes())?;
    let title = format!("{name}: {} on {}", problem.spec().layers.to_string().replace(',', "-"), problem.spec().task);
    pictures::write(&mut folder, "trace", &trace_picture(trace, problem, &title))?;
    pictures::write(&mut folder, "network", &network_picture(trace, problem, &title))?;
    folder.place()
}
