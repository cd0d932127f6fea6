//! Kernels for every kind of driver, without a device: each composed shader is translated by naga to what Vulkan, Metal and
//! DirectX are given, and Vulkan's is held against `spirv-val` where that is installed. How large the translations of some
//! networks are, and what their net-epochs cost in arithmetic, stands in `benches/shaders.json`: a change shows there on
//! any machine. `INSTA_UPDATE=always` writes that table anew.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use basins::backend::conformance::{short_specs, slow_specs};
use basins::backend::gpu::{Composed, composed_shaders};
use basins::spec::Spec;
use basins::study::bench::Course;
use libtest_mimic::{Failed, Trial};
use naga::back::{hlsl, msl, spv};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, constant, of_call};

/// Settings of the table beside the networks of a bench: one rule after another on one network.
const RULES: [&str; 11] = [
    "momentum=0.9",
    "optimizer=rmsprop",
    "optimizer=adam",
    "optimizer=rprop",
    "weight-decay=0.01",
    "update=online",
    "update=minibatch:2",
    "activation=tanh loss=mse targets=-1,1 inputs=-1,1",
    "activation=relu,sigmoid",
    "activation=gelu,sigmoid",
    "judge=after",
];

/// The trials, which need no adapter.
pub(crate) fn trials() -> Vec<Trial> {
    let valid = Trial::test("portable::spirv_is_valid", spirv_is_valid);
    let valid = match has_validator() {
        true => valid,
        false => valid.with_kind("spirv-val is missing (Debian: spirv-tools)").with_ignored_flag(true),
    };
    vec![
        Trial::test("portable::every_shader_is_translated", every_shader_is_translated),
        valid,
        Trial::test("portable::costs_are_as_in_the_table", costs_are_as_in_the_table),
        Trial::test("portable::another_cost_is_found", another_cost_is_found),
        // Not a check: for `tests/tint.sh`.
        Trial::test("portable::write_shaders", write_shaders).with_ignored_flag(true),
    ]
}

/// A shader in the languages of the drivers, as unchecked as the program compiles it.
struct Translated {
    spirv: Vec<u32>,
    msl: String,
    hlsl: String,
}

fn parsed(source: &str) -> Result<(naga::Module, ModuleInfo), String> {
    let module = naga::front::wgsl::parse_str(source).map_err(|error| error.emit_to_string(source))?;
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
    let info = validator.validate(&module).map_err(|error| error.emit_to_string(source))?;
    Ok((module, info))
}

fn translated(source: &str) -> Result<Translated, String> {
    let (module, info) = parsed(source)?;
    let options = spv::Options {
        flags: spv::WriterFlags::empty(),
        zero_initialize_workgroup_memory: spv::ZeroInitializeWorkgroupMemoryMode::None,
        force_loop_bounding: false,
        emit_int_div_checks: false,
        ..spv::Options::default()
    };
    let spirv = spv::write_vec(&module, &info, &options, None).map_err(|error| format!("SPIR-V: {error}"))?;
    let options = msl::Options {
        lang_version: (2, 4),
        zero_initialize_workgroup_memory: false,
        force_loop_bounding: false,
        emit_int_div_checks: false,
        ..msl::Options::default()
    };
    let (msl, described) = msl::write_string(&module, &info, &options, &msl::PipelineOptions::default())
        .map_err(|error| format!("MSL: {error}"))?;
    described.entry_point_names.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| format!("MSL: {error}"))?;
    let options = hlsl::Options {
        zero_initialize_workgroup_memory: false,
        restrict_indexing: false,
        force_loop_bounding: false,
        ..hlsl::Options::default()
    };
    let mut text = String::new();
    let described = hlsl::Writer::new(&mut text, &options, &hlsl::PipelineOptions::default())
        .write(&module, &info, None)
        .map_err(|error| format!("HLSL: {error}"))?;
    described.entry_point_names.into_iter().collect::<Result<Vec<_>, _>>().map_err(|error| format!("HLSL: {error}"))?;
    Ok(Translated { spirv, msl, hlsl: text })
}

/// Every shader of the conformance suite's settings, each once, with its translations, which two trials look at.
fn grid() -> Result<&'static [(Composed, Translated)], Failed> {
    static GRID: OnceLock<Result<Vec<(Composed, Translated)>, String>> = OnceLock::new();
    let all = GRID.get_or_init(|| translated_grid().map_err(|error| error.to_string())).as_ref()?;
    if all.len() < 500 {
        return Err(format!("only {} shaders", all.len()).into());
    }
    Ok(all)
}

fn translated_grid() -> Result<Vec<(Composed, Translated)>, Box<dyn std::error::Error>> {
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for (at, spec) in short_specs().into_iter().chain(slow_specs()).enumerate() {
        let (keep_weights, own_rates) = [(false, false), (true, false), (true, true)][at % 3];
        for shader in composed_shaders(&spec.problem()?, keep_weights, own_rates)? {
            if seen.insert(shader.source.clone()) {
                let Composed { form, entry, source } = &shader;
                let each = translated(source).map_err(|error| format!("{form} {entry}: {error}\n{source}"))?;
                all.push((shader, each));
            }
        }
    }
    Ok(all)
}

fn every_shader_is_translated() -> Result<(), Failed> {
    for (Composed { form, entry, .. }, all) in grid()? {
        if all.spirv.is_empty() || !all.msl.contains("kernel void") || !all.hlsl.contains("numthreads") {
            return Err(format!("{form} {entry}: a translation has no kernel").into());
        }
    }
    match translated("@compute @workgroup_size(1) fn train() { let x = 1.0 + 1u; }") {
        Ok(_) => Err("a shader that is none is translated".into()),
        Err(_) => Ok(()),
    }
}

fn has_validator() -> bool {
    let asked = Command::new("spirv-val").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// What `spirv-val` says of a module.
fn complaints(spirv: &[u32]) -> Result<String, Failed> {
    let mut child = Command::new("spirv-val")
        .args(["--target-env", "vulkan1.1", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let bytes: Vec<u8> = spirv.iter().flat_map(|word| word.to_le_bytes()).collect();
    child.stdin.take().ok_or("no way in")?.write_all(&bytes)?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Ok(if output.status.success() { String::new() } else { said + "spirv-val failed" })
}

fn spirv_is_valid() -> Result<(), Failed> {
    let all = grid()?;
    for (Composed { form, entry, source }, translated) in all {
        let said = complaints(&translated.spirv)?;
        if !said.is_empty() {
            return Err(format!("{form} {entry}: {said}\n{source}").into());
        }
    }
    // Without its last instruction a module does not end.
    let mut cut = all[0].1.spirv.clone();
    cut.pop();
    if complaints(&cut)?.is_empty() { Err("a module that was cut short is valid".into()) } else { Ok(()) }
}

/// A row of the table: all kernels of a form for a network, translated (their own text is not counted: it has comments); of
/// the fused one what a net-epoch costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Row {
    spirv_words: usize,
    msl_bytes: usize,
    hlsl_bytes: usize,
    #[serde(flatten)]
    net_epoch: Option<Counts>,
}

type Table = BTreeMap<String, Row>;

/// Networks of the table, by settings.
fn networks() -> Vec<String> {
    let networks = Course::NETWORKS.map(|(task, layers, _)| format!("task={task} layers={layers}"));
    let rules = RULES.into_iter().map(|rule| format!("task=xor layers=2,3,1 {rule}"));
    networks.into_iter().chain(["task=xor layers=2,8,1".to_owned()]).chain(rules).collect()
}

/// Shaders of one of them.
fn shaders(network: &str) -> Result<Vec<Composed>, Failed> {
    let mut spec = Spec::default();
    for (name, value) in network.split(' ').filter_map(|setting| setting.split_once('=')) {
        spec = spec.with(name, value)?;
    }
    Ok(composed_shaders(&spec.problem()?, false, false)?)
}

fn measured() -> Result<Table, Failed> {
    let mut table = Table::new();
    for network in networks() {
        for Composed { form, entry, source } in shaders(&network)? {
            let all = translated(&source)?;
            let row = table.entry(format!("{form} {network}")).or_default();
            row.spirv_words += all.spirv.len();
            row.msl_bytes += all.msl.len();
            row.hlsl_bytes += all.hlsl.len();
            if (form, entry) == ("fused", "train") {
                row.net_epoch = Some(costs(&source)?);
            }
        }
    }
    Ok(table)
}

/// What a net-epoch costs in the kernel that keeps weights in registers: an invocation, where several share a network.
fn costs(source: &str) -> Result<Counts, String> {
    let (module, info) = parsed(source)?;
    // It may have an epoch in two ways, one of which every network takes that is in range.
    let way = constant(&module, "SHARES_POWERS").ok_or("it does not say whether powers are shared")?;
    of_call(&module, &info, "train_epoch", &[("by_powers", way)])
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/shaders.json")
}

/// A line a row.
fn text(table: &Table) -> Result<String, Failed> {
    let rows: Result<Vec<String>, _> =
        table.iter().map(|(name, row)| Ok(format!("  \"{name}\": {}", serde_json::to_string(row)?))).collect();
    Ok(format!("{{\n{}\n}}\n", rows.map_err(|error: serde_json::Error| error.to_string())?.join(",\n")))
}

/// Rows that are not as in the other table.
fn differences(known: &Table, found: &Table) -> Vec<String> {
    let names: BTreeSet<&String> = known.keys().chain(found.keys()).collect();
    let rows = names.into_iter().filter(|name| known.get(*name) != found.get(*name));
    rows.map(|name| format!("{name}:\n  was {:?}\n  is  {:?}", known.get(name), found.get(name))).collect()
}

fn costs_are_as_in_the_table() -> Result<(), Failed> {
    let found = measured()?;
    if std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always") {
        std::fs::write(path(), text(&found)?)?;
    }
    // Where the trials were carried to a machine without the repository: the table that they were built with.
    let kept = std::fs::read_to_string(path()).unwrap_or_else(|_| include_str!("../../benches/shaders.json").into());
    let known: Table = serde_json::from_str(&kept).map_err(|error| error.to_string())?;
    let wrong = differences(&known, &found);
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "not as in benches/shaders.json; if that is meant, INSTA_UPDATE=always writes it anew:\n{}",
            wrong.join("\n")
        )
        .into()),
    }
}

/// One operation more is found, wherever it is: in the loop, in a function, in a loop within.
fn another_cost_is_found() -> Result<(), Failed> {
    let source = |more: &str| {
        format!(
            "@group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
             const COUNT = 5u;
             const OFF = false;
             const SHARES_POWERS = true;
             fn inner(x: f32, way: u32) -> f32 {{
                 if (OFF || way == 7u) {{ return sin(x); }}
                 switch way {{ case 1u: {{ return exp(x) / 3.0; }} default: {{ return exp(exp(x)); }} }}
             }}
             fn train_epoch(epoch: u32, by_powers: bool) {{
                 for (var i = 1u; i < COUNT; i += 2u) {{ numbers[i] = fma(inner(numbers[i], 1u), 2.0, 1.0); {more} }}
                 if (OFF || !by_powers) {{ numbers[0] = exp(numbers[0]); }}
                 if (numbers[0] > 1.0) {{ numbers[0] = sqrt(numbers[0]); }}
             }}
             @compute @workgroup_size(1) fn train() {{ train_epoch(u32(numbers[1]), SHARES_POWERS); }}"
        )
    };
    let base = costs(&source(""))?;
    let expected = Counts { exp: 2, division: 2, fma: 2, root: 1, ..Counts::default() };
    if base != expected {
        return Err(format!("{base:?} instead of {expected:?}").into());
    }
    if costs(&source("numbers[i] = exp(numbers[i]);"))? != (Counts { exp: 4, ..expected }) {
        return Err("an exponential in a loop is not found".into());
    }
    if costs(&source("").replace("COUNT;", "epoch;")).is_ok() {
        return Err("a loop without constant bounds is counted".into());
    }
    let table: Table = [("a".to_owned(), Row { net_epoch: Some(base), ..Row::default() })].into();
    let mut other = table.clone();
    other.entry("a".into()).or_default().spirv_words += 1;
    if differences(&table, &table).is_empty() && differences(&table, &other).len() == 1 {
        Ok(())
    } else {
        Err("tables that differ are the same".into())
    }
}

/// The table's shaders as files of the folder `BASINS_SHADERS`, for another compiler.
fn write_shaders() -> Result<(), Failed> {
    let folder = std::env::var_os("BASINS_SHADERS").ok_or("BASINS_SHADERS names the folder")?;
    let mut seen = BTreeSet::new();
    for network in networks() {
        for Composed { form, entry, source } in shaders(&network)? {
            if seen.insert(source.clone()) {
                let name = format!("{form} {entry} {network}.wgsl").replace(['=', ' ', ',', ':'], "_");
                std::fs::write(Path::new(&folder).join(name), source)?;
            }
        }
    }
    Ok(())
}
