//! What several tests share: seeded property tests, golden files, trainings.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use basins::backend::{Backend, Chunk, Job, Trained, Unwatched};
use basins::outcome::Weights;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `tests/golden` as JSON.
pub(crate) fn golden(name: &str) -> serde_json::Value {
    let path: PathBuf = root().join("tests/golden").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Holds a property against random cases. The seed is new each time and printed; `BASINS_TEST_SEED` fixes it.
pub(crate) fn holds<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    let seed = match std::env::var("BASINS_TEST_SEED") {
        Ok(text) => text.parse().expect("BASINS_TEST_SEED is a whole number"),
        Err(_) => std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64),
    };
    println!("random cases from seed {seed}; again with BASINS_TEST_SEED={seed}");
    let config = Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    if let Err(failure) = TestRunner::new(config).run(strategy, property) {
        panic!("{failure}\nagain with BASINS_TEST_SEED={seed}");
    }
}

/// Trains networks `0..count`, from given starts or drawn ones, in one chunk.
pub(crate) fn train(backend: &mut dyn Backend, job: &Job<'_>, count: u64, starts: Option<Weights>) -> Trained {
    backend.prepare(job).expect("the problem fits the backend");
    let mut chunks = std::iter::once(Chunk { starts, ..Chunk::drawn(0..count) });
    let mut all = Vec::new();
    backend
        .train(job, &mut chunks, &Unwatched, &mut |trained| {
            all.push(trained);
            Ok(())
        })
        .expect("training works");
    assert_eq!(all.len(), 1, "one chunk in, one chunk out");
    all.remove(0)
}
