//! The forms, and the two ways of compiling them.

use std::ops::Range;
use std::path::Path;

use basins::backend::conformance::{Fault, Faulty};
use basins::backend::gpu::{DeviceTuning, FORMS, GpuBackend, Sharing, form};
use basins::backend::{Backend, Chunk, Driver, Job, Trained, Unwatched};
use basins::gpu::{Checks, Found, Gpu};
use basins::outcome::Fates;
use basins::spec::{Order, Spec};
use libtest_mimic::Failed;

use crate::open;

/// Networks of a chunk: each does the same arithmetic, so a few show what all do.
const CHUNK: u64 = 9;

/// Trains networks with their weights, in four chunks. A workgroup is not full, and lanes past its end must stay idle.
pub(crate) fn sample(backend: &mut dyn Backend, spec: &Spec) -> Result<Vec<Trained>, Failed> {
    sliced(backend, spec, None)
}

/// The same, with slices of so many epochs where they are not left to the clock.
fn sliced(backend: &mut dyn Backend, spec: &Spec, slice_epochs: Option<u32>) -> Result<Vec<Trained>, Failed> {
    in_chunks(backend, spec, slice_epochs, (0..4).map(|chunk| chunk * CHUNK..(chunk + 1) * CHUNK))
}

fn in_chunks(
    backend: &mut dyn Backend,
    spec: &Spec,
    slice_epochs: Option<u32>,
    chunks: impl Iterator<Item = Range<u64>> + Send,
) -> Result<Vec<Trained>, Failed> {
    let problem = spec.problem()?;
    let job = Job { keep_weights: true, slice_epochs, ..Job::new(&problem, 11) };
    backend.prepare(&job)?;
    let mut chunks = chunks.map(Chunk::drawn);
    let mut all = Vec::new();
    backend.train(&job, &mut chunks, &Unwatched, &mut |trained| {
        all.push(trained);
        Ok(())
    })?;
    Ok(all)
}

fn specs() -> Result<Vec<Spec>, Failed> {
    let base = Spec { epochs: 200, lr: "1".parse()?, ..Spec::default() };
    let larger = Spec { task: "parity:4".parse()?, layers: "4,8,1".parse()?, epochs: 60, ..base.clone() };
    Ok(vec![
        base.clone(),
        Spec { update: "online".parse()?, ..base.clone() },
        Spec { optimizer: "adam".parse()?, lr: "0.05".parse()?, ..base.clone() },
        // Orders in registers, and in memory that an index finds.
        Spec { update: "online:shuffled".parse()?, judge: "after".parse()?, epochs: 40, ..base.clone() },
        Spec { update: "minibatch:5".parse()?, activation: "gelu,sigmoid".parse()?, ..larger.clone() },
        larger,
    ])
}

/// Trusted shaders leave out the checks of indices and loops. Checked ones do the same arithmetic, so a difference means
/// that an index went astray.
pub(crate) fn checked_and_trusted_agree(found: &Found) -> Result<(), Failed> {
    for form in FORMS.iter().map(|form| form.name) {
        for spec in specs()? {
            // What a compiler makes of a product and a sum in loops may differ with the checks around it, by roundings.
            let looped = spec.update.order() != Order::Given && spec.problem()?.examples().count() > 8;
            let rounding = form == "grouped" || (form == "fused" && looped);
            let spec = if rounding { Spec { epochs: spec.epochs.min(20), ..spec } } else { spec };
            let checked = DeviceTuning { checks: Checks::All, ..DeviceTuning::default() };
            let with = sample(&mut open(found, form, checked)?, &spec)?;
            let without = sample(&mut open(found, form, DeviceTuning::default())?, &spec)?;
            let differ = match rounding {
                true => distance(&with, &without)? > 1e-5,
                false => with.iter().zip(&without).any(|(a, b)| (&a.outcomes, &a.weights) != (&b.outcomes, &b.weights)),
            };
            if differ {
                return Err(format!("{form}: checked and trusted shaders differ, {spec:?}").into());
            }
            if with.len() != without.len() || with.len() != 4 {
                return Err("chunks are missing".into());
            }
        }
    }
    Ok(())
}

/// Negative control: each planted fault must be found by its check on this device.
pub(crate) fn faults_are_found(found: &Found) -> Result<(), Failed> {
    for fault in Fault::ALL {
        let check = fault.finder();
        let faulty = open(found, "fused", DeviceTuning::default())?;
        if (check.run)(&mut Faulty::new(Box::new(faulty), *fault)).is_ok() {
            return Err(format!("{} does not find {fault:?}", check.name).into());
        }
    }
    Ok(())
}

/// Of networks whose rows nobody wants, next to none have one.
pub(crate) fn finished_networks_are_counted(found: &Found) -> Result<(), Failed> {
    // After 1,000 epochs most are in the middle, after one on their way; the third solve their task, but for some that rest.
    for (epochs, lr) in [(1_000, "0.1"), (1, "0.1"), (2_000, "10")] {
        let problem = Spec { epochs, lr: lr.parse()?, loss: "mse".parse()?, ..Spec::default() }.problem()?;
        let job = Job::new(&problem, 3);
        let mut backend = open(found, "fused", DeviceTuning::default())?;
        backend.prepare(&job)?;
        let mut chunks = std::iter::once(Chunk { rows: Fates::NONE, ..Chunk::drawn(0..2_000) });
        let (mut rows, mut counted) = (0, 0);
        backend.train(&job, &mut chunks, &Unwatched, &mut |trained| {
            rows += trained.outcomes.count();
            counted += trained.counted.networks();
            Ok(())
        })?;
        if counted as usize + rows != 2_000 || rows > 100 {
            return Err(format!("{rows} rows, {counted} networks counted after {epochs} epochs").into());
        }
    }
    Ok(())
}

/// A pool may have hardly any slots, as for networks that fill a device's memory. Who comes next has the slot of one who has
/// finished, or whose epochs are over by then, wherever slices are cut.
pub(crate) fn few_slots_suffice(found: &Found) -> Result<(), Failed> {
    let problem = Spec { epochs: 300, lr: "2".parse()?, ..Spec::default() }.problem()?;
    let train = |form: &str, slot_limit: Option<u32>, slice_epochs: Option<u32>| -> Result<_, Failed> {
        let job = Job { keep_weights: true, slice_epochs, ..Job::new(&problem, 3) };
        let mut backend = open(found, form, DeviceTuning { slot_limit, ..DeviceTuning::default() })?;
        let size = backend.prepare(&job)?.min(50);
        let mut chunks = (0..50u64.div_ceil(size)).map(|at| Chunk::drawn(at * size..50.min((at + 1) * size)));
        let mut weights = Vec::new();
        backend.train(&job, &mut chunks, &Unwatched, &mut |trained| {
            weights.extend(trained.weights.iter().flat_map(|weights| weights.to_f32()));
            Ok(())
        })?;
        Ok((size, weights))
    };
    for form in FORMS.iter().map(|form| form.name) {
        let (many, with_many) = train(form, None, None)?;
        for slice_epochs in [None, Some(7), Some(150), Some(1_000)] {
            let (few, with_few) = train(form, Some(16), slice_epochs)?;
            if with_few != with_many || with_few.len() != 50 * problem.layers().weight_count() || few >= many {
                return Err(format!("{form}: chunks of {few} and of {many} networks differ, {slice_epochs:?}").into());
            }
        }
    }
    Ok(())
}

/// A device without room for the pool that it should have trains in a smaller one, to the same; one without room for any
/// refuses.
pub(crate) fn a_smaller_pool_where_memory_is_short(found: &Found) -> Result<(), Failed> {
    let problem = Spec { epochs: 200, lr: "2".parse()?, ..Spec::default() }.problem()?;
    let job = Job { keep_weights: true, ..Job::new(&problem, 3) };
    let train = |memory_limit: Option<u64>| -> Result<_, Failed> {
        let mut backend = open(found, "fused", DeviceTuning { memory_limit, ..DeviceTuning::default() })?;
        let wanted = backend.prepare(&job)?;
        let mut chunks = std::iter::once(Chunk::drawn(0..wanted.min(40)));
        let mut all = Vec::new();
        backend.train(&job, &mut chunks, &Unwatched, &mut |trained| {
            all.push((trained.outcomes, trained.weights));
            Ok(())
        })?;
        Ok((wanted, all))
    };
    let ((many, with_many), (few, with_few)) = (train(None)?, train(Some(200_000))?);
    if with_few != with_many || few >= many || few < 40 {
        return Err(format!("pools for {many} and, with little memory, for {few} networks differ").into());
    }
    let error =
        open(found, "fused", DeviceTuning { memory_limit: Some(100), ..DeviceTuning::default() })?.prepare(&job);
    match error {
        Err(error) if error.is_device() => Ok(()),
        other => Err(format!("without memory for any network: {other:?}").into()),
    }
}

/// Weights far beyond what powers are multiplied of train to the same with them and without; at a rate 1% off they do not.
/// Where every weight is small, the two are other arithmetic: roundings apart, and no more.
pub(crate) fn powers_that_leave_the_range_are_not_multiplied(found: &Found) -> Result<(), Failed> {
    let train = |spec: &Spec, powers: bool| {
        let sharing = Some(Sharing { powers, reciprocals: powers });
        sample(&mut open(found, "fused", DeviceTuning { sharing, ..DeviceTuning::default() })?, spec)
    };
    for (init, bound) in [("uniform:60", 1e-3), ("uniform:1", 1e-5)] {
        let spec = Spec { init: init.parse()?, epochs: 30, lr: "1".parse()?, ..Spec::default() };
        let (with, without) = (train(&spec, true)?, train(&spec, false)?);
        let statuses = |all: &[Trained]| all.iter().flat_map(|part| part.outcomes.status.clone()).collect::<Vec<_>>();
        let apart = distance(&with, &without)?;
        if apart > bound || statuses(&with) != statuses(&without) {
            return Err(format!("{init}: a weight is off by {apart:.1e} where powers are shared").into());
        }
        if apart == 0.0 {
            return Err(format!("{init}: nothing is shared").into());
        }
        let faster = Spec { lr: "1.01".parse()?, ..spec };
        if distance(&train(&faster, true)?, &without)? <= bound {
            return Err(format!("{init}: a rate 1% off is not seen").into());
        }
    }
    Ok(())
}

/// Networks for which a workgroup goes through several blocks of examples, the last one short or not full.
fn spread(folder: &Path) -> Result<Vec<Spec>, Failed> {
    let base = Spec { lr: "0.3".parse()?, epochs: 8, ..Spec::default() };
    let of = |task: &str, layers: &str| -> Result<Spec, Failed> {
        Ok(Spec { task: task.parse()?, layers: layers.parse()?, ..base.clone() })
    };
    let file = folder.join("waves.csv");
    // 203 examples: no multiple of four.
    let rows = (0..203).map(|at| format!("{},{},{}\n", at % 7, at % 11, (at % 3) % 2));
    std::fs::write(&file, rows.collect::<String>())?;
    let mut specs = vec![of("parity:8", "8,40,1")?, of(&format!("csv:{}", file.display()), "2,60,5,1")?];
    specs.push(Spec { update: "online".parse()?, lr: "0.01".parse()?, epochs: 3, ..specs[0].clone() });
    specs.push(Spec { shortcuts: true, momentum: 0.5, ..of("parity:6", "6,70,1")? });
    // Batches of several blocks, the last one smaller; orders of 203 examples.
    specs.push(Spec { update: "minibatch:60".parse()?, lr: "0.05".parse()?, ..specs[1].clone() });
    specs.push(Spec {
        update: "online:random".parse()?,
        judge: "after".parse()?,
        lr: "0.01".parse()?,
        ..specs[1].clone()
    });
    Ok(specs)
}

/// Largest difference of a final weight.
fn distance(a: &[Trained], b: &[Trained]) -> Result<f64, Failed> {
    let numbers = |all: &[Trained]| -> Vec<f64> {
        let weights = all.iter().filter_map(|trained| trained.weights.as_ref());
        weights.flat_map(|weights| weights.to_f32()).map(f64::from).collect()
    };
    let (a, b) = (numbers(a), numbers(b));
    if a.is_empty() || a.len() != b.len() {
        return Err("weights are missing".into());
    }
    Ok(a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max))
}

/// However many invocations share a network, and however its examples are cut into blocks, it trains to what the CPU makes
/// of it; at a rate 1% off it does not.
pub(crate) fn however_shared_out(found: &Found) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for spec in spread(folder.path())? {
        let mut simd = basins::backend::Simd::new(None)?;
        let expected = sample(&mut simd, &spec)?;
        for group_size in [None, Some(32), Some(64)] {
            let tuning = DeviceTuning { group_size, ..DeviceTuning::default() };
            let apart = distance(&sample(&mut open(found, "grouped", tuning)?, &spec)?, &expected)?;
            if apart > 2e-5 {
                return Err(format!("{group_size:?} invocations: a weight is off by {apart:.1e}, {spec:?}").into());
            }
        }
        let faster = Spec { lr: (1.01 * spec.lr.values()[0]).into(), ..spec.clone() };
        if distance(&sample(&mut simd, &faster)?, &expected)? < 2e-5 {
            return Err(format!("a rate 1% off is not seen: {spec:?}").into());
        }
    }
    Ok(())
}

/// Who shares an invocation with whom makes no difference to a network: not whether its neighbour goes by powers or by sums,
/// not when that one stops, nor that it has none. At a rate 1% off it is another.
pub(crate) fn neighbours_change_nothing(found: &Found) -> Result<(), Failed> {
    let far = Spec { init: "uniform:60".parse()?, epochs: 60, lr: "1".parse()?, ..Spec::default() };
    let near = Spec { init: "uniform:2".parse()?, lr: "4".parse()?, epochs: 400, ..far.clone() };
    for spec in [
        Spec { activation: "tanh,sigmoid".parse()?, ..near.clone() },
        Spec { after_solved: "continue".parse()?, ..near.clone() },
        near,
        far,
    ] {
        // An odd number, or each by itself.
        let train = |spec: &Spec, together: u64| -> Result<(Vec<String>, Vec<f32>), Failed> {
            let (pairs, slot_limit) = (Some(true), (together == 1).then_some(1));
            let mut backend = open(found, "fused", DeviceTuning { pairs, slot_limit, ..DeviceTuning::default() })?;
            let chunks = (0..33 / together).map(|chunk| chunk * together..(chunk + 1) * together);
            let all = in_chunks(&mut backend, spec, None, chunks)?;
            let rows = all.iter().flat_map(|trained| trained.outcomes.iter());
            let weights = all.iter().filter_map(|trained| trained.weights.as_ref());
            Ok((rows.map(|row| format!("{row:?}")).collect(), weights.flat_map(|weights| weights.to_f32()).collect()))
        };
        let (together, apart) = (train(&spec, 33)?, train(&spec, 1)?);
        if together != apart {
            return Err(format!("with neighbours networks train to something else: {spec:?}").into());
        }
        if train(&Spec { lr: (1.01 * spec.lr.values()[0]).into(), ..spec.clone() }, 33)? == apart {
            return Err(format!("a rate 1% off is not seen: {spec:?}").into());
        }
    }
    Ok(())
}

/// A slice that asks for more steps of its loops than the device makes is cut, not garbled.
pub(crate) fn long_slices_end_in_time(found: &Found) -> Result<(), Failed> {
    let spec = Spec {
        task: "parity:8".parse()?,
        layers: "8,3,1".parse()?,
        after_solved: "continue".parse()?,
        ..Spec::default()
    };
    // A step or more for each of 256 examples: several times as many as Mesa's loops make.
    for (form, epochs) in [("fused", 600), ("grouped", 200)] {
        let spec = Spec { epochs, ..spec.clone() };
        let short = sliced(&mut open(found, form, DeviceTuning::default())?, &spec, Some(20))?;
        let long = sliced(&mut open(found, form, DeviceTuning::default())?, &spec, Some(4096))?;
        for (a, b) in short.iter().zip(&long) {
            if (&a.outcomes, &a.weights) != (&b.outcomes, &b.weights) {
                return Err(format!("{form}: slices of 4096 epochs train to something else").into());
            }
        }
    }
    Ok(())
}

/// Left to choose, each network is trained in the form that suits its size; asked for another, the refusal says what to do.
pub(crate) fn size_decides(found: &Found) -> Result<(), Failed> {
    let of = |task: &str, layers: &str| -> Result<Spec, Failed> {
        Ok(Spec { task: task.parse()?, layers: layers.parse()?, ..Spec::default() })
    };
    let open = |form| -> Result<GpuBackend, Failed> { Ok(GpuBackend::new(Gpu::open(found.clone())?, form)) };
    // More weights than the memory of any device's workgroups holds.
    let large = of("xor", "2,300,300,1")?;
    for (spec, form) in
        [(of("xor", "2,3,1")?, "fused"), (of("parity:8", "8,64,64,1")?, "grouped"), (large.clone(), "staged")]
    {
        let problem = spec.problem()?;
        let mut backend = open(None)?;
        backend.prepare(&Job::new(&problem, 1))?;
        if backend.name() != form {
            return Err(format!("{} is trained {}, not {form}", problem.layers(), backend.name()).into());
        }
    }
    // A network that fits, with an order that does not.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("long.csv");
    std::fs::write(&file, (0..1100).map(|at| format!("{},{}\n", at % 9, at % 2)).collect::<String>())?;
    let long = of(&format!("csv:{}", file.display()), "1,3,1")?;
    let long = Spec { update: "online:shuffled".parse()?, ..long };
    for (spec, name) in [(&large, "fused"), (&large, "grouped"), (&long, "fused")] {
        let problem = spec.problem()?;
        match open(form(name))?.prepare(&Job::new(&problem, 1)) {
            Ok(_) => return Err(format!("{name} takes {} weights", problem.layers().weight_count()).into()),
            Err(refusal) if !refusal.to_string().contains("staged") => return Err(refusal.to_string().into()),
            Err(_) => {}
        }
    }
    Ok(())
}

/// Forward only, on the device: as many networks meet the criterion as the CPU finds, but for the few at its very edge;
/// other networks give another count.
pub(crate) fn starts_are_counted(found: &Found) -> Result<(), Failed> {
    const COUNT: u64 = 200_000;
    const AT_THE_EDGE: u64 = 2;
    let base =
        Spec { layers: "2,2,1".parse()?, init: "uniform:10".parse()?, solved: "sign".parse()?, ..Spec::default() };
    let specs = [
        base.clone(),
        Spec { init: "normal:3".parse()?, loss: "mse".parse()?, activation: "tanh".parse()?, ..base.clone() },
        Spec { layers: "3,4,1".parse()?, task: "table:00010111".parse()?, shortcuts: true, ..base.clone() },
        Spec { solved: "max-error:0.4".parse()?, layers: "2,4,3,1".parse()?, ..base },
    ];
    // The second word of an index changes within the range.
    let first = (1 << 32) - COUNT / 2;
    for spec in specs {
        let problem = spec.problem()?;
        let job = Job::new(&problem, 5);
        let count = |backend: &mut dyn Backend, first: u64| -> Result<u64, Failed> {
            let counted = Driver::new(backend).count_at_start(job, first..first + COUNT)?;
            if counted.networks != COUNT {
                return Err(format!("{} of {COUNT} networks were looked at", counted.networks).into());
            }
            Ok(counted.solved)
        };
        let on_device = count(&mut open(found, "fused", DeviceTuning::default())?, first)?;
        let mut simd = basins::backend::Simd::new(None)?;
        let (expected, other) = (count(&mut simd, first)?, count(&mut simd, first + COUNT)?);
        if on_device.abs_diff(expected) > AT_THE_EDGE || expected == 0 {
            return Err(format!("{on_device} instead of {expected} are solved, {spec:?}").into());
        }
        if other.abs_diff(expected) <= AT_THE_EDGE {
            return Err(format!("other networks give the same count {other}, {spec:?}").into());
        }
    }
    Ok(())
}
