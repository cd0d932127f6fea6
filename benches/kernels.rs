//! Speed of the parts: activations of each kind of vector, epochs by network, random words, starts, statistics.
//!
//! `cargo bench --bench kernels`, or a part of it by name: `cargo bench --bench kernels -- epoch`. One thread
//! throughout. What whole backends do against each other is `basins bench`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use basins::backend::simd::Curve;
use basins::backend::{Backend, Chunk, Job, Simd, Unwatched, Vectors};
use basins::outcome::{Outcomes, Status, Tally};
use basins::seed::{NormalTable, Purpose, Starts, words};
use basins::spec::{AfterSolved, Init, Layers, Problem, Spec};
use basins::stats::{Survival, clopper_pearson, confidence_sequence, wilson};
use basins::study::bench::Course;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Networks of an epoch's chunk: whole vectors of every kind, and turns of two vectors.
const NETWORK_COUNT: u64 = 128;

fn available() -> impl Iterator<Item = Vectors> {
    Vectors::ALL.into_iter().filter(|vectors| vectors.are_available())
}

/// Nobody retires, so the work is known beforehand.
fn problem(task: &str, layers: &str, epochs: u32) -> Problem {
    let spec = Spec {
        task: task.parse().expect("a task"),
        layers: layers.parse().expect("layers"),
        epochs,
        after_solved: AfterSolved::Continue,
        ..Spec::default()
    };
    spec.problem().expect("layers fit the task")
}

fn curves(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("curve");
    for curve in [Curve::Exp, Curve::Sigmoid, Curve::Tanh] {
        for vectors in available() {
            const PASSES: u64 = 100;
            let (computed, _) = curve.passes(vectors, PASSES).expect("available");
            group.throughput(Throughput::Elements(computed));
            group.bench_function(BenchmarkId::new(format!("{curve:?}"), vectors), |bencher| {
                bencher.iter(|| curve.passes(black_box(vectors), PASSES));
            });
        }
    }
    group.finish();
}

fn train(backend: &mut dyn Backend, problem: &Problem) -> Option<Outcomes> {
    let mut outcomes = None;
    let mut chunk = std::iter::once(Chunk::drawn(0..NETWORK_COUNT));
    let trained = backend.train(&Job::new(problem, 0), &mut chunk, &Unwatched, &mut |trained| {
        outcomes = Some(trained.outcomes);
        Ok(())
    });
    trained.expect("the processor trains");
    outcomes
}

/// Net-epochs. Drawing starts and passing on results are in it, and small beside the epochs.
fn epochs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("epoch");
    for (task, layers, _) in Course::NETWORKS {
        let examples = problem(task, layers, 1).examples().count() as u32;
        // So many that the smallest networks train for about as long as the largest.
        let problem = problem(task, layers, (16_384 / (examples * examples)).max(2));
        group.throughput(Throughput::Elements(NETWORK_COUNT * u64::from(problem.spec().epochs)));
        for vectors in available() {
            let mut backend = Simd::with_vectors(vectors, Some(1)).expect("available");
            backend.prepare(&Job::new(&problem, 0)).expect("fits");
            group.bench_function(BenchmarkId::new(layers.replace(',', "-"), vectors), |bencher| {
                bencher.iter(|| train(&mut backend, &problem));
            });
        }
    }
    group.finish();
}

fn draws(criterion: &mut Criterion) {
    const BLOCKS: u32 = 1_000;
    let mut group = criterion.benchmark_group("draw");
    group.throughput(Throughput::Elements(4 * u64::from(BLOCKS)));
    group.bench_function("Philox words", |bencher| {
        let all = |seed| (0..BLOCKS).fold(0, |sum: u32, block| sum ^ words(seed, 7, Purpose::Start, block)[0]);
        bencher.iter(|| all(black_box(42)));
    });
    group.bench_function("normal draws of given words", |bencher| {
        let table = NormalTable::get();
        let given: Vec<u32> = (0..BLOCKS).flat_map(|block| words(42, 7, Purpose::Start, block)).collect();
        bencher.iter(|| black_box(&given).iter().map(|word| table.draw(*word)).sum::<f32>());
    });
    let layers: Layers = "2,3,1".parse().expect("layers");
    for init in [Init::Tutorial, Init::Uniform(1.0)] {
        let starts = Starts::new(init, &layers, 42);
        let mut weights = vec![0.0; layers.weight_count()];
        group.throughput(Throughput::Elements(1_000 * layers.weight_count() as u64));
        group.bench_function(format!("starts of 2-3-1, {init}"), |bencher| {
            bencher.iter(|| {
                for network in 0..1_000 {
                    starts.draw(black_box(network), &mut weights);
                    black_box(&weights);
                }
            });
        });
    }
    group.finish();
}

/// One element is one interval, one curve, or one network of a tally.
fn statistics(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("statistics");
    group.throughput(Throughput::Elements(1));
    for (successes, trials) in [(3, 10_000_000), (988_000, 1_000_000)] {
        let of = |name: &str| format!("{name} of {successes} in {trials}");
        let (k, n) = (black_box(successes), black_box(trials));
        group.bench_function(of("Wilson"), |bencher| bencher.iter(|| wilson(k, n, 0.95)));
        group.bench_function(of("Clopper-Pearson"), |bencher| bencher.iter(|| clopper_pearson(k, n, 0.95)));
        group.bench_function(of("confidence sequence"), |bencher| bencher.iter(|| confidence_sequence(k, n, 0.95)));
    }
    let solved: BTreeMap<u32, u64> = (1..=5_000).map(|epoch| (epoch, u64::from(1 + epoch % 7))).collect();
    let watched = BTreeMap::from([(5_000, 4_000)]);
    group.bench_function("Kaplan-Meier of 5000 epochs", |bencher| {
        bencher.iter(|| Survival::of(black_box(&solved), &watched, 0.95));
    });

    group.throughput(Throughput::Elements(NETWORK_COUNT));
    // Fresh starts, then most outputs still in the middle, then networks of every kind.
    for epochs in [1, 300, 3_000] {
        let problem = problem("xor", "2,3,1", epochs);
        let mut backend = Simd::new(Some(1)).expect("threads");
        backend.prepare(&Job::new(&problem, 0)).expect("fits");
        let outcomes = train(&mut backend, &problem).expect("delivered");
        let name = format!("tally of outcomes after {epochs} epochs");
        group.bench_function(name, |bencher| bencher.iter(|| Tally::of(&problem, black_box(&outcomes))));
    }
    let problem = problem("xor", "2,3,1", 10_000);
    // As a GPU hands them over: many at a time, most of them solved, each in an epoch of its own.
    let window = solved_outcomes(1 << 17);
    let before = Tally::of(&problem, &window);
    group.throughput(Throughput::Elements(1 << 17));
    group.bench_function("tally of a GPU's window, joined to another", |bencher| {
        bencher.iter(|| {
            let (tally, kinds) = Tally::with_kinds(&problem, black_box(&window));
            let mut joined = before.clone();
            joined.merge(&tally);
            (joined, kinds)
        });
    });
    group.finish();
}

/// Networks of the tutorial that were all solved, in epochs 2,700 to 10,000.
fn solved_outcomes(count: usize) -> Outcomes {
    let epochs: Vec<u32> = (0..count as u32).map(|at| 2_700 + at.wrapping_mul(2_654_435_761) % 7_300).collect();
    Outcomes {
        status: vec![Status::Solved; count],
        solved_epoch: epochs.clone(),
        stop_epoch: epochs,
        loss: vec![0.09; count],
        outputs: [0.1, 0.9, 0.9, 0.1].repeat(count),
        ..Outcomes::with_capacity(0, 4, 0)
    }
}

/// Short: a few percent of noise are seen anyway, and instruction counts tell the rest.
fn quick() -> Criterion {
    Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
}

criterion_group! {
    name = kernels;
    config = quick();
    targets = curves, epochs, draws, statistics
}
criterion_main!(kernels);
