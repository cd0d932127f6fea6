//! `basins bench`: GPU against CPU, checked and then timed in turns.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::backend::{Backend, Choice, Open, Precision};
use crate::error::{Error, Result};
use crate::report::plot::Sheet;
use crate::report::{
    bench_csv, bench_json, bench_markdown, bench_page, bench_picture, bench_text, bench_title, labelled,
};
use crate::spec::AfterSolved;
use crate::study::bench::{Bench, BenchResult, Contestant, Course, Refused};

use super::count::Count;
use super::ending::Ending;
use super::folder::Folder;
use super::frame::{Flag, Frame, NO_SHARDS, Record, Study};
use super::settings::Settings;
use super::steps::Steps;
use super::verb::Example;
use super::{config, interrupt, pictures};

/// What --out writes beside the object.
const FILES: [&str; 5] = ["bench.csv", "bench.md", "bench.png", "bench.svg", "report.html"];

/// What a bench takes beside the shared settings. Without --task and --layers it goes through 2-3-1 in populations from 1
/// to --nets and through seven networks; with either, through populations of this one. --epochs fixes the length of runs.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Options {
    /// Fewer and shorter runs: does it all work?
    ///
    /// No figures to quote
    #[arg(long)]
    quick: bool,

    /// Length of a timed run [default: 0.3]
    ///
    /// 0.05 with --quick
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    seconds: Option<f64>,

    /// Timed runs of each work [default: 5]
    ///
    /// Of each contestant; 3 with --quick
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true)]
    repeats: Option<usize>,

    /// Populations to go through, as 1000,1e6
    ///
    /// [default: powers of 4 up to --nets, that being 2^20, or 4096 with --quick]
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', conflicts_with = "nets")]
    populations: Vec<Count>,

    /// Who takes part, as simd,staged
    ///
    /// Beside --backend [default: all there are]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    against: Vec<Choice>,

    /// Of GPUs, as 32,64,128
    ///
    /// Invocations of a workgroup: each GPU takes part with each [default: its own choice]
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = workgroup)]
    workgroup_size: Vec<u32>,
}

fn workgroup(text: &str) -> Result<u32> {
    match text.trim().parse::<u32>() {
        Ok(size) if size.is_power_of_two() && size <= 1024 => Ok(size),
        _ => Err(Error::input(format!("--workgroup-size takes powers of two up to 1024, as 32,64; got {text:?}"))),
    }
}

/// Why weights are refused.
const DRAWN: &str = "is not for bench: it draws its starts and keeps no weights";

impl Study for Options {
    const NAME: &'static str = "bench";
    const ABOUT: &'static str = "Measure the throughput of GPU and CPU, over population size";
    const EXAMPLES: &'static [Example] = &[
        ("bench --quick", "does it all work?"),
        ("bench --out bench", "the whole course, with its tables and picture"),
        ("bench --task parity:4 --layers 4,8,1 --momentum 0.9", "a network of your own"),
    ];
    const FLAGS: &'static [(&'static str, Flag)] = &[
        ("weights-in", Flag::Refused(DRAWN)),
        ("weights-out", Flag::Refused(DRAWN)),
        ("shard", NO_SHARDS),
        ("after-solved", Flag::Ignored),
        ("interval", Flag::Ignored),
        ("nets", Flag::Means("Largest population [default: 2^20]")),
        ("epochs", Flag::Means("Epochs of each run [default: by --seconds]")),
        ("out", Flag::Files("report.html, bench.json, the tables as CSV and Markdown, and the picture")),
    ];

    type Answer = BenchResult;

    fn check(&self, _: &Frame<'_>) -> Result<()> {
        Ok(())
    }

    /// Without what a bench chooses itself.
    fn print_config(&self, settings: &Settings) -> Result<String> {
        let text = config::print(settings, None)?;
        let fail = |error: String| Error::failure(error);
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| fail(error.to_string()))?;
        let own = names_network(settings);
        let given = [("task", own), ("layers", own), ("epochs", settings.epochs.is_some()), ("after-solved", false)];
        for (name, _) in given.iter().filter(|(_, given)| !given) {
            table.remove(*name);
        }
        toml::to_string(&table).map_err(|error| fail(error.to_string()))
    }

    fn said(&self) -> Value {
        json!(self)
    }

    fn files(&self) -> Option<Vec<&'static str>> {
        Some(FILES.to_vec())
    }

    fn answer(&self, frame: &Frame<'_>, _: Option<&mut Folder>) -> Result<BenchResult> {
        let settings = frame.settings;
        if settings.after_solved == Some(AfterSolved::Retire) {
            return Err(Error::input(
                "a bench trains every network through every epoch; leave --after-solved retire out",
            ));
        }
        let bench = self.bench(settings)?;
        let course = self.course(settings)?;
        let mut refused = Vec::new();
        let contestants = self.contestants(frame, &mut refused)?;
        interrupt::listen(frame.output.speaks());
        let words = format!(
            "Measuring {} backend{} on {} works",
            contestants.len(),
            if contestants.len() == 1 { "" } else { "s" },
            course.populations.len() + course.networks.len()
        );
        let seconds = bench.expected_seconds(&course, contestants.len());
        let steps = Steps::new(frame.output.progress(), &words, seconds);
        let measured = bench.run(&course, &contestants, &steps);
        steps.finish();
        let mut result = measured?;
        result.refused.splice(0..0, refused);
        Ok(result)
    }

    fn object(&self, result: &BenchResult) -> Value {
        bench_json(result)
    }

    fn write(&self, result: &mut BenchResult, record: &Record<'_>, folder: &mut Folder) -> Result<()> {
        folder.add("bench.csv", bench_csv(result).as_bytes())?;
        folder.add("bench.md", bench_markdown(result).as_bytes())?;
        let title = labelled(&bench_title(result), record.object);
        folder.attempt(|folder| pictures::write(folder, "bench", &bench_picture(result, &title, Sheet::Wide)));
        folder.add("report.html", bench_page(result, record.object, record.command)?.as_bytes())
    }

    fn text(&self, result: &BenchResult, _: &Frame<'_>) -> String {
        bench_text(result)
    }

    fn ending(&self, result: &BenchResult, _: &Frame<'_>) -> Result<Ending> {
        match !result.interrupted && result.telling().is_empty() {
            true => Err(Error::failure("no contestant could be measured")),
            false => Ok(Ending::of(result.interrupted)),
        }
    }
}

impl Options {
    /// The reference and simd, and every GPU in all its forms; or those that are named.
    fn contestants(&self, frame: &Frame<'_>, refused: &mut Vec<Refused>) -> Result<Vec<Contestant>> {
        let wanted = self.wanted(frame.settings)?;
        let shared = frame.open()?;
        let mut contestants = Vec::new();
        for choice in wanted.iter().copied().filter(|choice| !choice.is_gpu()) {
            let open = |threads| Open { threads: Some(threads), ..Open::from(choice) };
            let cores = shared.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
            match choice {
                // One thread, or as many as are asked for.
                Choice::Reference => {
                    let (precision, threads) =
                        (shared.precision.unwrap_or(Precision::F32), shared.threads.unwrap_or(1));
                    let open = Open { precision: Some(precision), ..open(threads) };
                    contestants.push(contestant(format!("reference {precision}, {}", plural(threads)), open));
                }
                _ => {
                    let mut counts = vec![1, cores];
                    counts.dedup();
                    let double = if shared.precision == Some(Precision::F64) { " f64" } else { "" };
                    contestants.extend(counts.into_iter().map(|count| {
                        let open = Open { precision: shared.precision, ..open(count) };
                        contestant(format!("simd{double}, {}", plural(count)), open)
                    }));
                }
            }
        }
        let forms: Vec<Choice> = wanted.into_iter().filter(|choice| choice.is_gpu()).collect();
        for (given, flag) in [(shared.require_gpu, "--require-gpu"), (shared.device.is_some(), "--device")] {
            if given && forms.is_empty() {
                return Err(Error::input(format!("{flag} asks for a GPU, but who takes part trains on the CPU")));
            }
        }
        for (name, device) in self.gpus(&shared, &forms, refused)? {
            for choice in &forms {
                let open = Open { device: Some(device.clone()), require_gpu: shared.require_gpu, ..(*choice).into() };
                if self.workgroup_size.is_empty() {
                    contestants.push(contestant(format!("{choice}, {name}"), open.clone()));
                }
                for size in &self.workgroup_size {
                    let open = Open { workgroup_size: Some(*size), ..open.clone() };
                    contestants.push(contestant(format!("{choice}/{size}, {name}"), open));
                }
            }
        }
        if contestants.is_empty() {
            return Err(Error::device("no contestant is left to measure"));
        }
        Ok(contestants)
    }

    /// Short names of the GPUs that take part, and how `--device` calls them.
    #[cfg(feature = "gpu")]
    fn gpus(&self, shared: &Open, forms: &[Choice], refused: &mut Vec<Refused>) -> Result<Vec<(String, String)>> {
        use crate::gpu::{adapters, missing, select};
        if forms.is_empty() {
            return Ok(Vec::new());
        }
        let all = adapters();
        let chosen = match &shared.device {
            None if !shared.require_gpu => all,
            device => vec![select(all, device.as_deref(), shared.require_gpu)?],
        };
        if chosen.is_empty() {
            refused.push(Refused { contestant: "GPU".into(), layers: None, reason: missing() });
        }
        let named = |found: crate::gpu::Found| {
            let name = found.name.split(" (").next().unwrap_or_default().to_owned();
            let software = if found.kind.is_hardware() { "" } else { " (software)" };
            (format!("{name}{software}"), found.index.to_string())
        };
        Ok(chosen.into_iter().map(named).collect())
    }

    #[cfg(not(feature = "gpu"))]
    fn gpus(&self, _: &Open, _: &[Choice], refused: &mut Vec<Refused>) -> Result<Vec<(String, String)>> {
        let reason = "this build was made without the feature gpu".into();
        refused.push(Refused { contestant: "GPU".into(), layers: None, reason });
        Ok(Vec::new())
    }

    fn bench(&self, settings: &Settings) -> Result<Bench> {
        let seconds = self.seconds.unwrap_or(if self.quick { 0.05 } else { 0.3 });
        if !(seconds > 0.0 && seconds <= 600.0) {
            return Err(Error::input(format!("--seconds must be above 0 and at most 600, but is {seconds}")));
        }
        let repeats = self.repeats.unwrap_or(if self.quick { 3 } else { 5 });
        if repeats == 0 {
            return Err(Error::input("--repeats must be at least 1"));
        }
        let epochs = settings.epochs.map(|_| settings.spec().map(|spec| spec.epochs)).transpose()?;
        let first = settings.first.map_or(0, |count| count.0);
        Ok(Bench { seconds, epochs, repeats, first, seed: settings.seed.map_or(1, |count| count.0) })
    }

    fn course(&self, settings: &Settings) -> Result<Course> {
        let most = settings.nets.map_or(if self.quick { 1 << 12 } else { 1 << 20 }, |count| count.0);
        let populations = match self.populations.as_slice() {
            [] => Course::powers(most.max(1)),
            given => given.iter().map(|count| count.0).collect(),
        };
        if most == 0 || populations.contains(&0) {
            return Err(Error::input("--nets and --populations must be at least 1"));
        }
        for nets in &populations {
            settings.population(*nets)?;
        }
        let spec = settings.spec()?;
        match names_network(settings) {
            true => Course::of(&spec, &populations),
            false => Course::usual(&spec, &populations),
        }
    }

    /// Who is to take part, as far as there is a device.
    fn wanted(&self, settings: &Settings) -> Result<Vec<Choice>> {
        let all = [Choice::Reference, Choice::Simd].into_iter().chain(Choice::GPU);
        match settings.backend.unwrap_or_default() {
            Choice::Auto if self.against.is_empty() => Ok(all.collect()),
            Choice::Auto => {
                Err(Error::input("--against names who takes part beside --backend, and there is none given"))
            }
            backend => Ok(all.filter(|choice| *choice == backend || self.against.contains(choice)).collect()),
        }
    }
}

/// Whether a network of one's own is measured, and not the usual ones.
fn names_network(settings: &Settings) -> bool {
    settings.task.is_some() || settings.layers.is_some()
}

fn plural(threads: usize) -> String {
    format!("{threads} thread{}", if threads == 1 { "" } else { "s" })
}

fn contestant(name: String, open: Open) -> Contestant {
    Contestant { name, open: Box::new(move || -> Result<Box<dyn Backend>> { open.backend() }) }
}
