//! Maps: the same pixels however they are cut, interrupted and resumed; each pixel the network that it says.

use std::cell::Cell as Counter;
use std::sync::atomic::{AtomicU64, Ordering};

use basins::backend::tolerance::Tolerance;
use basins::backend::{
    Backend, Chunk, Deliver, DeviceInfo, DeviceKind, Driver, Job, Precision, Progress, Reference, Simd, Trained,
    Unwatched, Watch,
};
use basins::outcome::{Fate, Outcome, Outcomes, Status};
use basins::spec::{Init, Loss, Optimizer, Population, Spec, Update};
use basins::study::{Map, MapCells, MapPlan, MapStart, MapStudy, RunStudy, TileStore};

/// Solves a network in so many epochs as its first two weights lie hundredths from the origin, if that is below a radius
/// by its number. Counts the networks and the chunks that it is given.
struct Disc {
    radius: fn(u64) -> f64,
    trained: Counter<u64>,
    chunks: u64,
    kind: DeviceKind,
}

/// Networks that it has room for.
const ROOM: usize = 1 << 12;

impl Disc {
    fn new() -> Self {
        Self::of(DeviceKind::Cpu)
    }

    /// A GPU is given several tiles at once.
    fn of(kind: DeviceKind) -> Self {
        Self { radius: |_| 5.0, trained: Counter::new(0), chunks: 0, kind }
    }
}

impl Backend for Disc {
    fn name(&self) -> &'static str {
        "disc"
    }

    fn device(&self) -> DeviceInfo {
        DeviceInfo { kind: self.kind, ..DeviceInfo::cpu("disc") }
    }

    fn prepare(&mut self, _: &Job<'_>) -> basins::Result<u64> {
        Ok(ROOM as u64)
    }

    fn train(
        &mut self,
        _: &Job<'_>,
        chunks: &mut dyn Iterator<Item = Chunk>,
        watch: &dyn Watch,
        deliver: &mut Deliver<'_>,
    ) -> basins::Result<()> {
        for Chunk { networks, starts, .. } in chunks {
            let starts = starts.expect("a map gives its starts");
            assert!(networks.end > networks.start);
            // A GPU has no room for more than it asked for.
            assert!(self.kind == DeviceKind::Cpu || starts.count() <= ROOM, "{} networks", starts.count());
            let mut outcomes = Outcomes::with_capacity(networks.start, 4, starts.count());
            for (at, network) in networks.enumerate() {
                let weights = starts.network(at);
                let away = weights[0].hypot(weights[1]);
                let epoch = (100.0 * away) as u32 + 1;
                let solved = away < (self.radius)(network);
                outcomes.push(Outcome {
                    network,
                    status: if solved { Status::Solved } else { Status::Unsolved },
                    solved_epoch: if solved { epoch } else { 0 },
                    stop_epoch: if solved { epoch } else { 1000 },
                    loss: away,
                    outputs: &[0.9, 0.1, 0.1, 0.9],
                });
            }
            let count = outcomes.count() as u64;
            self.trained.set(self.trained.get() + count);
            self.chunks += 1;
            watch.progress(Progress { net_epochs: 0, settled_net_epochs: 0, networks: count });
            deliver(Trained::of(outcomes, None))?;
        }
        Ok(())
    }
}

/// Asks to stop once so many networks have finished.
struct Impatient {
    after: u64,
    seen: AtomicU64,
}

impl Watch for Impatient {
    fn progress(&self, done: Progress) {
        self.seen.fetch_add(done.networks, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.seen.load(Ordering::Relaxed) >= self.after
    }
}

fn plan(spec: &Spec, axes: [&str; 2], size: (usize, usize), start: MapStart) -> MapPlan {
    MapPlan::new(spec, axes.map(|axis| axis.parse().unwrap()), size, start, Vec::new()).unwrap()
}

fn same() -> MapStart {
    MapStart::Same { seed: 3, network: 7 }
}

fn run(plan: &MapPlan, backend: &mut dyn Backend, store: &mut TileStore, watch: &dyn Watch) -> Map {
    MapStudy { plan, shard: None }.run(&mut Driver::new(backend).watched(watch), store, &mut |_| Ok(())).unwrap()
}

fn trained(plan: &MapPlan, backend: &mut dyn Backend) -> MapCells {
    let mut store = TileStore::in_memory(16);
    assert!(run(plan, backend, &mut store, &Unwatched).finished.is_some());
    store.all(plan).unwrap()
}

#[test]
fn the_same_pixels_however_they_are_cut_and_each_trained_once() {
    // 0 and 3 are the weights of the first hidden unit: the disc looks at positions 0 and 1.
    let plan = plan(&Spec::default(), ["0=-10..10", "1=-10..10"], (300, 200), same());
    let mut expected: Option<MapCells> = None;
    let mut chunk_counts = Vec::new();
    for (side, kind) in [16, 37, 128, 1000]
        .into_iter()
        .flat_map(|side| [DeviceKind::Cpu, DeviceKind::Discrete].map(|kind| (side, kind)))
    {
        let mut backend = Disc::of(kind);
        let mut store = TileStore::in_memory(side);
        let map = run(&plan, &mut backend, &mut store, &Unwatched);
        assert_eq!((backend.trained.get(), map.pixels_done, map.pixels_before), (60_000, 60_000, 0), "side {side}");
        chunk_counts.push(backend.chunks);
        let cells = store.all(&plan).unwrap();
        let finished = map.finished.unwrap();
        let inside = (0..60_000).filter(|at| {
            let [x, y] = plan.values((at % 300, at / 300));
            x.hypot(y) < 5.0
        });
        assert_eq!(finished.solved(), inside.count() as u64);
        let dimension = finished.boundary.unwrap().solved.expect("a circle");
        assert!((dimension.estimate - 1.0).abs() < 0.1 && dimension.interval.low < 1.0, "{dimension:?}");
        match &expected {
            Some(expected) => assert_eq!(*expected, cells, "side {side}"),
            None => expected = Some(cells),
        }
    }
    // Tiles one by one, and together as far as the backend's 4,096 networks go.
    assert!(chunk_counts[0] > 10 * chunk_counts[1], "{chunk_counts:?}");
    // Every pixel is at its place.
    let cells = expected.unwrap();
    for at in [0, 299, 59_700, 30_150, 31_234] {
        let [x, y] = plan.values((at % 300, at / 300));
        assert_eq!(cells.get(at).loss, x.hypot(y) as f32);
    }
}

#[test]
fn a_map_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let tiles = folder.path().join("tiles");
    let plan = plan(&Spec::default(), ["0=-10..10", "1=-10..10"], (256, 192), same());
    let whole = trained(&plan, &mut Disc::new());
    let mut backend = Disc::new();
    let mut runs = 0;
    let finished = loop {
        let mut store = TileStore::in_folder(&tiles, &plan, "disc", 32).unwrap();
        let before = backend.trained.get();
        let watch = Impatient { after: 9_000 + before, seen: AtomicU64::new(0) };
        let map = run(&plan, &mut backend, &mut store, &watch);
        assert_eq!(map.pixels_before, before, "what was there is counted, not trained");
        assert_eq!(map.pixels_done, backend.trained.get());
        runs += 1;
        if map.finished.is_some() {
            break store.all(&plan).unwrap();
        }
        assert!(map.pixels_done < 256 * 192);
    };
    assert!((4..=8).contains(&runs), "{runs} runs");
    assert_eq!((backend.trained.get(), &finished), (256 * 192, &whole));

    // A damaged tile and a missing one are trained again, and nothing else.
    let files = std::fs::read_dir(&tiles).unwrap().map(|entry| entry.unwrap().path());
    let mut last: Vec<_> = files.filter(|path| path.to_string_lossy().contains("every-1-")).collect();
    last.sort();
    let mut bytes = std::fs::read(&last[3]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(&last[3], bytes).unwrap();
    std::fs::remove_file(&last[8]).unwrap();
    let mut store = TileStore::in_folder(&tiles, &plan, "disc", 32).unwrap();
    let mut mended = Disc::new();
    run(&plan, &mut mended, &mut store, &Unwatched);
    // Of each tile's 1,024 pixels 64 lie on the lattice before.
    assert_eq!(mended.trained.get(), 2 * (1_024 - 64));
    assert_eq!(store.all(&plan).unwrap(), whole);
}

#[test]
fn another_map_is_refused_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let open = |plan: &MapPlan, trainer: &str| TileStore::in_folder(folder.path(), plan, trainer, 32).map(|_| ());
    let axes = ["0=-10..10", "1=-10..10"];
    let first = plan(&Spec::default(), axes, (64, 64), same());
    open(&first, "disc").unwrap();
    open(&first, "square").expect("of work without a tile nothing is lost");
    open(&first, "disc").unwrap();
    std::fs::create_dir_all(folder.path()).unwrap();
    std::fs::write(folder.path().join("every-1-0-0.npz"), "a tile").unwrap();
    open(&first, "disc").unwrap();
    let spec = Spec { lr: 0.5.into(), ..Spec::default() };
    for (other, trainer, said) in [
        (plan(&spec, axes, (64, 64), same()), "disc", "lr is 0.1, here it is 0.5"),
        (plan(&Spec::default(), ["0=-10..10", "1=-10..11"], (64, 64), same()), "disc", "theta1[0,1]=-10..10, here"),
        (plan(&Spec::default(), axes, (64, 65), same()), "disc", "64x64"),
        (plan(&Spec::default(), axes, (64, 64), MapStart::Same { seed: 3, network: 8 }), "disc", "network 7"),
        (first.clone(), "square", "backend is disc"),
    ] {
        let error = open(&other, trainer).unwrap_err();
        assert!(error.is_input() && error.to_string().contains(said), "{said}: {error}");
    }
}

/// A spec of 2-2-1 that settles in a few hundred epochs.
fn quick() -> Spec {
    Spec {
        layers: "2,2,1".parse().unwrap(),
        loss: Loss::Mse,
        update: Update::BatchSum,
        lr: 2.0.into(),
        init: Init::Uniform(1.0),
        epochs: 400,
        ..Spec::default()
    }
}

fn reference() -> Reference {
    Reference::new(Precision::F64, None).unwrap()
}

/// What a run of one network brings.
fn single(spec: &Spec, seed: u64, network: u64) -> (Fate, u32, f32) {
    let problem = spec.problem().unwrap();
    let study = RunStudy::new(&problem, Population::new(network, 1, seed).unwrap());
    let mut found = None;
    study
        .deliver(&mut Driver::new(&mut reference()), &mut |chunk| {
            let outcome = chunk.outcomes.get(0);
            found = Some((Fate::of(&problem, &outcome), outcome.stop_epoch, outcome.loss as f32));
            Ok(())
        })
        .unwrap();
    found.unwrap()
}

/// Rates, momentum, widths, and what all networks of a job have in common: a pixel is the run of its own spec, in every bit;
/// its neighbour is another.
#[test]
fn a_pixel_is_the_network_that_it_says() {
    let each = || MapStart::Each { seed: 5, first: 40 };
    let adam = Spec { optimizer: Optimizer::Adam, lr: 0.05.into(), ..quick() };
    let leaky = Spec { activation: "leaky-relu:0.1,sigmoid".parse().unwrap(), lr: 0.3.into(), ..quick() };
    let slower = Spec { lr_schedule: "exponential:0.9".parse().unwrap(), ..quick() };
    for (spec, axes, start) in [
        (quick(), ["lr=0.1..10:log", "momentum=0..0.9"], same()),
        (quick(), ["lr1=0.1..10:log", "lr2=0.1..10:log"], same()),
        (quick(), ["init=0.2..5:log", "lr=0.5..4"], same()),
        (quick(), ["init=0.2..5:log", "momentum=0..0.9"], each()),
        (adam.clone(), ["beta1=0.1..0.95", "lr=0.01..0.5:log"], same()),
        (adam.clone(), ["beta2=0.9..0.999", "init=0.2..5:log"], each()),
        (adam, ["epsilon=1e-8..1:log", "weight-decay=1e-6..1e-2:log"], same()),
        (leaky, ["init=0.2..2", "slope=0.01..0.9"], same()),
        (slower, ["lr-factor=0.9..0.999", "momentum=0..0.9"], same()),
    ] {
        let plan = plan(&spec, axes, (6, 5), start);
        let cells = trained(&plan, &mut reference());
        let (mut differing, mut alike) = (0, 0);
        for at in 0..cells.count() {
            let pixel = (at % 6, at / 6);
            let seed = if let MapStart::Each { seed, .. } = plan.start() { *seed } else { 3 };
            let network = plan.network(pixel, 0).unwrap();
            let single = |pixel| single(&plan.spec_at(pixel), seed, network);
            let (fate, epoch, loss) = single(pixel);
            let cell = cells.get(at);
            assert_eq!((cell.fate, cell.epoch, cell.loss), (fate, epoch, loss), "{axes:?} {pixel:?}");
            let alone = MapStudy { plan: &plan, shard: None }.pixel(&mut Driver::new(&mut reference()), pixel).unwrap();
            assert_eq!((alone.cell, alone.members[0].network), (cell, Some(network)));
            let neighbour = single(((at + 1) % 6, at / 6));
            if neighbour.2 == loss { alike += 1 } else { differing += 1 }
        }
        assert!(differing > alike, "{axes:?}: neighbours must be told apart, {alike} are alike");
    }
}

/// Pixels with several networks: each is what its networks are one by one, at every pixel the same ones or its own.
#[test]
fn a_pixel_of_several_networks_counts_each() {
    let each = MapStart::Each { seed: 3, first: 40 };
    for (start, first) in [(same(), [7, 7]), (each, [40, 40 + 6 * 3])] {
        let plan = plan(&quick(), ["init=0.2..5:log", "lr=0.5..8:log"], (4, 3), start).with_starts(6).unwrap();
        assert_eq!(plan.network_count(), 72);
        let mut store = TileStore::in_memory(2);
        let map = run(&plan, &mut reference(), &mut store, &Unwatched);
        let finished = map.finished.unwrap();
        let cells = store.all(&plan).unwrap();
        assert_eq!((cells.count(), map.pixels_done, finished.networks()), (12, 12, 72));
        let (mut solved_count, mut partly) = (0, 0);
        for at in 0..12 {
            let pixel = (at % 4, at / 4);
            let ones: Vec<_> =
                (0..6).map(|start| single(&plan.spec_at(pixel), 3, plan.network(pixel, start).unwrap())).collect();
            let cell = cells.get(at);
            for fate in Fate::ALL {
                let count = ones.iter().filter(|one| one.0 == fate).count();
                assert_eq!(usize::from(cell.count(fate)), count, "{pixel:?} {}", fate.name());
            }
            let epochs: Vec<f64> = ones.iter().filter(|one| one.0 == Fate::Solved).map(|one| one.1.into()).collect();
            if !epochs.is_empty() {
                let mean = epochs.iter().sum::<f64>() / epochs.len() as f64;
                assert!((f64::from(cell.epoch) - mean).abs() <= 0.5, "{pixel:?}: {} and {mean}", cell.epoch);
            }
            solved_count += epochs.len() as u64;
            partly += u64::from((1..6).contains(&epochs.len()));
            let alone = MapStudy { plan: &plan, shard: None }.pixel(&mut Driver::new(&mut reference()), pixel).unwrap();
            assert_eq!((alone.cell, alone.members.len()), (cell, 6));
            assert!(alone.interval().covers(cell.share(Fate::Solved)));
        }
        assert!(partly > 2, "pixels must differ within themselves: {partly}");
        let shares = finished.shares.unwrap();
        assert_eq!(finished.solved(), solved_count);
        assert_eq!(shares.below_half + shares.half_or_more, partly);
        assert_eq!(shares.none + shares.all + partly, 12);
        assert_eq!([(0, 0), (3, 0)].map(|pixel| plan.network(pixel, 0).unwrap()), first);
        // With starts of their own neighbours have nothing to do with each other.
        assert_eq!(finished.boundary.is_some(), matches!(plan.start(), MapStart::Same { .. }));
    }
}

/// Where half of the networks are solved is a boundary: of four discs whose radii are 2, 4, 6 and 8, that of the second
/// largest.
#[test]
fn the_boundary_of_several_networks_is_where_half_is_solved() {
    let folder = tempfile::tempdir().unwrap();
    let spec = Spec { init: Init::Uniform(1.0), ..Spec::default() };
    let one = plan(&spec, ["0=-10..10", "1=-10..10"], (128, 128), same());
    let several = one.clone().with_starts(4).unwrap();
    let open = |plan: &MapPlan| TileStore::in_folder(folder.path(), plan, "discs", 32);
    let mut store = open(&several).unwrap();
    let map =
        run(&several, &mut Disc { radius: |at| 2.0 + 2.0 * (at % 4) as f64, ..Disc::new() }, &mut store, &Unwatched);
    let cells = store.all(&several).unwrap();
    for at in [64 * 128 + 64, 64 * 128 + 85, 64 * 128 + 98, 64 * 128 + 110, 64 * 128 + 120] {
        let [x, y] = several.values((at % 128, at / 128));
        let inside = [2.0, 4.0, 6.0, 8.0].iter().filter(|radius| x.hypot(y) < **radius).count();
        assert_eq!(usize::from(cells.get(at).count(Fate::Solved)), inside);
    }
    let finished = map.finished.unwrap();
    let dimension = finished.boundary.unwrap().solved.expect("a circle");
    assert!((dimension.estimate - 1.0).abs() < 0.1, "{dimension:?}");
    let half = (0..128 * 128).filter(|at| {
        let [x, y] = several.values((at % 128, at / 128));
        x.hypot(y) < 6.0
    });
    let shares = finished.shares.unwrap();
    assert_eq!(shares.half_or_more + shares.all, half.count() as u64);

    // From its files it is the same map, without training; with one network a pixel it is another.
    let mut again = Disc::new();
    let found = run(&several, &mut again, &mut open(&several).unwrap(), &Unwatched);
    assert_eq!((again.trained.get(), found.finished.unwrap().fates), (0, finished.fates));
    let refused = open(&one).unwrap_err().to_string();
    assert!(
        refused.contains("there start is network 7 of seed 3, 4 a pixel, here it is network 7 of seed 3"),
        "{refused}"
    );
    let given = MapStart::Given { weights: vec![0.5; 13], name: "a network".into() };
    let given = plan(&spec, ["0=-10..10", "1=-10..10"], (8, 8), given);
    assert!(given.with_starts(4).unwrap_err().to_string().contains("neither --weights-in nor --trained"));
}

#[test]
fn backends_draw_the_same_map() {
    for axes in [
        ["theta1[0,0]=-6..6", "theta2[1,0]=-6..6"],
        ["lr1=0.05..5:log", "momentum=0..0.9"],
        ["theta1[0,0]=-6..6", "weight-decay=1e-5..0.1:log"],
    ] {
        let plan = plan(&quick(), axes, (40, 40), same());
        let expected = trained(&plan, &mut reference());
        let actual = trained(&plan, &mut Simd::new(None).unwrap());
        let differing = |actual: &MapCells| actual.fate.iter().zip(&expected.fate).filter(|(a, b)| a != b).count();
        let share = differing(&actual) as f64 / 1600.0;
        assert!(share <= Tolerance::T3_FATE_SHARE, "{axes:?}: {share}");
        // The map upside down is another one.
        let mut turned = actual.clone();
        turned.fate.reverse();
        assert!(differing(&turned) as f64 / 1600.0 > 3.0 * Tolerance::T3_FATE_SHARE, "{axes:?}");
    }
}

#[test]
fn axes_that_contradict_the_rest_are_refused() {
    let refusal = |spec: &Spec, axes: [&str; 2], start: MapStart, fixed: Vec<(usize, f64)>| {
        let axes = axes.map(|axis| axis.parse().unwrap());
        MapPlan::new(spec, axes, (8, 8), start, fixed).unwrap_err().to_string()
    };
    let spec = quick();
    let given = || MapStart::Given { weights: vec![0.5; 9], name: "a network".into() };
    assert!(
        refusal(&spec, ["0=0..1", "theta1[0,0]=0..1"], same(), Vec::new()).contains("the same quantity, theta1[0,0]")
    );
    assert!(refusal(&spec, ["lr=1..2", "lr2=1..2"], same(), Vec::new()).contains("both set a learning rate"));
    assert!(refusal(&spec, ["init=1..2", "lr=1..2"], given(), Vec::new()).contains("--weights-in"));
    assert!(refusal(&spec, ["0=0..1", "1=0..1"], same(), vec![(1, 0.5)]).contains("--fix theta1[0,1]"));
    assert!(refusal(&spec, ["0=0..1", "wheel=0..1"], same(), Vec::new()).starts_with("--y: axis \"wheel\""));
}
