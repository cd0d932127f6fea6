//! `basins bench`: GPU against CPU, checked and then timed in turns.

use std::path::PathBuf;

use crate::backend::{Backend, Choice, Open, Precision};
use crate::error::{Error, Result};
use crate::report::{bench_csv, bench_json, bench_markdown, bench_picture, bench_text};
use crate::study::bench::{Bench, Contestant, Refused, Watcher};

use super::count::Count;
use super::folder::Folder;
use super::progress::Mode;
use super::reproduce::Talk;
use super::{Ending, interrupt, pictures, say};

/// What --out writes.
const FILES: [&str; 5] = ["bench.json", "bench.csv", "bench.md", "bench.png", "bench.svg"];

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Fewer populations and shorter runs: does it all work? No figures to quote
    #[arg(long)]
    quick: bool,

    /// Seconds that a timed run should take [default: 0.3, or 0.05 with --quick]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,

    /// Timed runs of each contestant at each work [default: 5, or 3 with --quick]
    #[arg(long, value_name = "COUNT")]
    repeats: Option<usize>,

    /// Largest population [default: 2^20, or 4096 with --quick]
    #[arg(long, value_name = "COUNT")]
    nets: Option<Count>,

    /// Who takes part; may be repeated [default: all there are]
    #[arg(long, value_name = "NAME")]
    backend: Vec<Choice>,

    /// GPU by index or part of its name; may be repeated [default: all there are]
    #[arg(long, value_name = "INDEX|NAME")]
    device: Vec<String>,

    /// Fail with exit code 3 where there is no hardware GPU
    #[arg(long)]
    require_gpu: bool,

    /// Folder for bench.json, bench.csv, bench.md and the picture
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    talk: Talk,
}

struct Notes {
    shown: bool,
}

impl Watcher for Notes {
    fn note(&self, what: &str) {
        if self.shown {
            super::complain(what);
        }
    }

    fn interrupted(&self) -> bool {
        interrupt::asked()
    }
}

impl Args {
    pub(super) fn execute(&self) -> Result<Ending> {
        let bench = self.bench()?;
        let folder = self.out.as_deref().map(|path| Folder::open(path, &FILES)).transpose()?;
        let mut refused = Vec::new();
        let contestants = self.contestants(&mut refused)?;
        interrupt::listen();
        let notes = Notes { shown: self.talk.mode() != Mode::Never };
        let mut result = bench.run(&contestants, &notes)?;
        result.refused.splice(0..0, refused);
        let json = serde_json::to_string_pretty(&bench_json(&result)).unwrap_or_default() + "\n";
        let text = bench_text(&result);
        if let Some(mut folder) = folder {
            folder.add("bench.json", json.as_bytes())?;
            folder.add("bench.csv", bench_csv(&result).as_bytes())?;
            folder.add("bench.md", bench_markdown(&result).as_bytes())?;
            pictures::write(&mut folder, "bench", &bench_picture(&result))?;
            folder.place()?;
        }
        say(if self.talk.json { &json } else { &text })?;
        Ok(if interrupt::asked() { Ending::Interrupted } else { Ending::Complete })
    }

    fn bench(&self) -> Result<Bench> {
        let seconds = self.seconds.unwrap_or(if self.quick { 0.05 } else { 0.3 });
        if !(seconds > 0.0 && seconds <= 600.0) {
            return Err(Error::input(format!("--seconds must be above 0 and at most 600, but is {seconds}")));
        }
        let repeats = self.repeats.unwrap_or(if self.quick { 3 } else { 5 });
        if repeats == 0 {
            return Err(Error::input("--repeats must be at least 1"));
        }
        let most_nets = self.nets.map_or(if self.quick { 1 << 12 } else { 1 << 20 }, |count| count.0);
        if most_nets == 0 {
            return Err(Error::input("--nets must be at least 1"));
        }
        Ok(Bench { seconds, repeats, most_nets })
    }

    fn wants(&self, choice: Choice) -> bool {
        self.backend.is_empty() || self.backend.contains(&choice)
    }

    /// The reference and simd, and every GPU in all its forms.
    fn contestants(&self, refused: &mut Vec<Refused>) -> Result<Vec<Contestant>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut contestants = Vec::new();
        if self.wants(Choice::Reference) {
            let open = Open { precision: Some(Precision::F32), threads: Some(1), ..Choice::Reference.into() };
            contestants.push(contestant("reference f32, 1 thread".into(), open));
        }
        if self.wants(Choice::Simd) {
            for threads in [1, cores] {
                let plural = if threads == 1 { "" } else { "s" };
                let open = Open { threads: Some(threads), ..Choice::Simd.into() };
                contestants.push(contestant(format!("simd, {threads} thread{plural}"), open));
            }
            if cores == 1 {
                contestants.pop();
            }
        }
        let forms: Vec<Choice> = Choice::GPU.into_iter().filter(|choice| self.wants(*choice)).collect();
        for (name, device) in self.gpus(&forms, refused)? {
            for choice in &forms {
                let open = Open { device: Some(device.clone()), require_gpu: self.require_gpu, ..Open::from(*choice) };
                contestants.push(contestant(format!("{choice}, {name}"), open));
            }
        }
        if contestants.is_empty() {
            return Err(Error::device("nobody is left to measure"));
        }
        Ok(contestants)
    }

    /// Short names of the GPUs that take part, and how `--device` calls them.
    #[cfg(feature = "gpu")]
    fn gpus(&self, forms: &[Choice], refused: &mut Vec<Refused>) -> Result<Vec<(String, String)>> {
        use crate::gpu::{adapters, missing, select};
        if forms.is_empty() {
            return Ok(Vec::new());
        }
        let all = adapters();
        let chosen = match self.device.as_slice() {
            [] if self.require_gpu => vec![select(all, None, true)?],
            [] => all,
            names => {
                names.iter().map(|name| select(all.clone(), Some(name), self.require_gpu)).collect::<Result<_>>()?
            }
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
    fn gpus(&self, _: &[Choice], refused: &mut Vec<Refused>) -> Result<Vec<(String, String)>> {
        let reason = "this build was made without the feature gpu".into();
        refused.push(Refused { contestant: "GPU".into(), layers: None, reason });
        Ok(Vec::new())
    }
}

fn contestant(name: String, open: Open) -> Contestant {
    Contestant { name, open: Box::new(move || -> Result<Box<dyn Backend>> { open.backend() }) }
}
