//! What does training make of a plane of starts or settings? One whole training a pixel.
//!
//! `request.rs` is what is asked, `plan.rs` says which network a pixel is, `tiles.rs` how the map is cut, `store.rs` where
//! finished tiles are kept so that a map can go on where it ended, `canvas.rs` what there is to see meanwhile, `answer.rs`
//! what came of it, `pixel.rs` one pixel by itself.

mod answer;
mod canvas;
mod cells;
mod pixel;
mod plan;
mod request;
mod store;
mod tiles;

pub use answer::{Boundary, Finished, Map, ShardPixels, Shares};
pub use canvas::Canvas;
pub use cells::{FateCounts, MapCell, MapCells};
pub use pixel::{MapPixel, Member};
pub use plan::{MapPlan, MapStart, Pixel};
pub use request::MapRequest;
pub use store::TileStore;

use std::cell::RefCell;
use std::collections::VecDeque;

use rayon::prelude::*;

use crate::backend::{DeviceKind, Driver, Job, Prepared, Progress, Watch};
use crate::error::{Error, Result};
use crate::outcome::{Outcomes, Status};
use crate::spec::Shard;

use super::seconds::Seconds;
use super::trainers::Trainers;
use cells::Sheet;
use tiles::{Tile, last_pass, lattice, passes};

/// Networks that a GPU is given at once, at most: enough to keep it busy, and a start each in memory.
const BATCH_LIMIT: u64 = 1 << 18;

/// Trains a map.
#[derive(Clone, Copy, Debug)]
pub struct MapStudy<'a> {
    /// What is spread out.
    pub plan: &'a MapPlan,
    /// Which part of the tiles, if not all.
    pub shard: Option<Shard>,
}

/// A tile that was begun is finished.
struct IgnoreInterrupt<'a>(&'a dyn Watch);

impl Watch for IgnoreInterrupt<'_> {
    fn progress(&self, done: Progress) {
        self.0.progress(done);
    }
}

/// Sees the map whenever a tile was added.
pub type Sketch<'a> = dyn FnMut(&Canvas) -> Result<()> + 'a;

impl MapStudy<'_> {
    /// Trains every pixel that `store` does not hold, once, from a coarse lattice to all of them. Interrupted, it finishes
    /// the tile at hand.
    ///
    /// # Errors
    /// The device failed, a tile cannot be kept, or `sketch` failed.
    pub fn run(&self, driver: &mut Driver<'_>, store: &mut TileStore, sketch: &mut Sketch<'_>) -> Result<Map> {
        let plan = self.plan;
        let mut training = TileTraining::begin(plan, driver)?;
        let mut canvas = Canvas::new(plan.size());
        let mut coarser = Sheet::default();
        let (mut pixels_found, mut complete) = (0, true);
        let (passes, asked) = self.passes(store)?;
        let pass_count = passes.len();
        for (at, pass) in passes.into_iter().enumerate() {
            let last = at + 1 == pass_count;
            let stride = pass[0].stride;
            let mut sheet = if last {
                Sheet::default()
            } else {
                Sheet::new(stride, lattice(plan.size(), stride), plan.start_count() > 1)
            };
            let mut missing = Vec::new();
            for tile in pass {
                match store.read(&tile) {
                    Some(cells) => {
                        let known = tile.pixels().filter(|pixel| coarser.get(*pixel).is_some()).count();
                        pixels_found += tile.count() - known;
                        canvas.paint(&tile, &cells);
                        if !last {
                            sheet.put(&tile, &cells);
                        }
                    }
                    None => missing.push(tile),
                }
            }
            training.skip(std::mem::take(&mut pixels_found));
            training.tiles(&missing, &coarser, &mut |tile, cells| {
                canvas.paint(tile, &cells);
                if !last {
                    sheet.put(tile, &cells);
                }
                store.write(tile, cells);
                sketch(&canvas)
            })?;
            complete = training.tile_count_left == 0;
            if !complete {
                break;
            }
            coarser = sheet;
        }
        let finished = if complete && asked.is_none() { Some(Finished::read(plan, store)?) } else { None };
        let (pixels_before, effort) = (training.pixels_before, training.prepared.effort());
        Ok(Map {
            pixels_done: pixels_before + effort.networks / u64::from(plan.start_count()),
            pixels_before,
            net_epochs: effort.net_epochs,
            executed_net_epochs: effort.executed_net_epochs,
            trained_by: Trainers::of(driver.backend()),
            seconds: Seconds::of(driver, &effort),
            canvas,
            finished,
            shard: asked,
        })
    }

    /// What is to be trained, coarse to fine; and of a shard, how many pixels that is. A shard has whole tiles of the last pass,
    /// and so has a map whose last pass is there already: it needs no coarser one.
    fn passes(&self, store: &TileStore) -> Result<(Vec<Vec<Tile>>, Option<ShardPixels>)> {
        let size = self.plan.size();
        let last = last_pass(size, store.side());
        let Some(shard) = self.shard else {
            let all_there = last.iter().all(|tile| store.has(tile));
            return Ok((if all_there { vec![last] } else { passes(size, store.side()) }, None));
        };
        let range = shard.range(last.len() as u64).ok_or_else(|| {
            Error::input(format!(
                "--shard {shard} cuts a map of {} x {} pixels into more parts than it has tiles: {}",
                size.0,
                size.1,
                last.len()
            ))
        })?;
        let tiles = last[range.start as usize..range.end as usize].to_vec();
        let pixels = tiles.iter().map(|tile| tile.count() as u64).sum();
        Ok((vec![tiles], Some(ShardPixels { shard, pixels })))
    }

    /// Trains one pixel as the map does.
    ///
    /// # Errors
    /// The device failed, or the run was interrupted.
    pub fn pixel(&self, driver: &mut Driver<'_>, pixel: Pixel) -> Result<MapPixel> {
        let plan = self.plan;
        let mut found = Vec::new();
        let mut training = TileTraining { finishes: false, ..TileTraining::begin(plan, driver)? };
        training.sets(1, &mut |_| vec![pixel], &mut |_, outcomes| {
            if outcomes.iter().all(|outcome| outcome.status != Status::Unfinished) {
                found = outcomes.iter().map(|outcome| MapCell::of(plan.problem(), &outcome)).collect();
            }
            Ok(())
        })?;
        MapPixel::new(plan, pixel, &found).ok_or_else(|| Error::interrupted("interrupted before the pixel was trained"))
    }
}

/// A backend at work on a map.
struct TileTraining<'a> {
    plan: &'a MapPlan,
    watch: &'a dyn Watch,
    prepared: Prepared<'a>,
    /// Whether what was begun is finished after an interruption: a tile is kept, a single pixel is not.
    finishes: bool,
    /// Networks that are trained together, at least those of one tile.
    batch: u64,
    /// Most networks of a chunk: a tile may be more than a GPU has room for.
    chunk_limit: u64,
    pixels_before: u64,
    tile_count_left: usize,
}

impl<'a> TileTraining<'a> {
    fn begin(plan: &'a MapPlan, driver: &'a mut Driver<'_>) -> Result<Self> {
        let watch = driver.watch();
        // A processor is busy with a single tile; a GPU needs several at once.
        let gpu = driver.backend().device().kind != DeviceKind::Cpu;
        let prepared = driver.begin(Job { own_rates: plan.own_rates(), ..Job::new(plan.problem(), 0) })?;
        let wanted = prepared.chunk_limit();
        Ok(Self {
            plan,
            watch,
            prepared,
            finishes: true,
            batch: if gpu { wanted.min(BATCH_LIMIT) } else { 0 },
            chunk_limit: if gpu { wanted } else { u64::MAX },
            pixels_before: 0,
            tile_count_left: 0,
        })
    }

    /// Counts pixels that were found finished, and tells the watch of them.
    fn skip(&mut self, pixels: usize) {
        self.pixels_before += pixels as u64;
        let networks = pixels as u64 * u64::from(self.plan.start_count());
        let settled_net_epochs = networks.saturating_mul(self.plan.problem().spec().epochs.into());
        self.watch.progress(Progress { net_epochs: 0, settled_net_epochs, networks });
    }

    /// Trains the pixels of tiles that no coarser lattice has, and passes each whole tile on.
    fn tiles(
        &mut self,
        tiles: &[Tile],
        coarser: &Sheet,
        keep: &mut dyn FnMut(&Tile, MapCells) -> Result<()>,
    ) -> Result<()> {
        let plan = self.plan;
        let new = |tile: &Tile| tile.pixels().filter(|pixel| coarser.get(*pixel).is_none()).collect::<Vec<Pixel>>();
        let mut whole = |tile: &Tile, trained: &mut dyn Iterator<Item = MapCell>| {
            let mut cells = MapCells::with_capacity(tile.count());
            for pixel in tile.pixels() {
                if let Some(cell) = coarser.get(pixel).or_else(|| trained.next()) {
                    cells.push(cell);
                }
            }
            keep(tile, cells)
        };
        self.tile_count_left = tiles.len();
        let mut batches: Vec<Vec<&Tile>> = Vec::new();
        let mut waiting = 0;
        for tile in tiles {
            let count = new(tile).len() as u64 * u64::from(plan.start_count());
            if count == 0 {
                // Nothing in it is new: it lies on the lattice before.
                whole(tile, &mut std::iter::empty())?;
                self.tile_count_left -= 1;
                continue;
            }
            match batches.last_mut().filter(|_| waiting + count <= self.batch) {
                Some(batch) => batch.push(tile),
                None => {
                    waiting = 0;
                    batches.push(vec![tile]);
                }
            }
            waiting += count;
        }
        let mut left = self.tile_count_left;
        let pixels = |batch: &Vec<&Tile>| batch.iter().flat_map(|tile| new(tile)).collect::<Vec<Pixel>>();
        let result = self.sets(batches.len(), &mut |at| pixels(&batches[at]), &mut |at, outcomes| {
            // Telling fates apart takes a while, during which the backend is idle: all cores are free for it.
            let cell = |at: usize| MapCell::of(plan.problem(), &outcomes.get(at));
            let single: Vec<MapCell> = (0..outcomes.count()).into_par_iter().map(cell).collect();
            let mut cells = single.chunks(plan.start_count().into()).map(MapCell::gathered);
            batches[at].iter().try_for_each(|tile| {
                left -= 1;
                whole(tile, &mut cells)
            })
        });
        self.tile_count_left = left;
        result
    }

    /// Trains `count` sets of pixels, each made when its turn comes; none is begun after an interruption.
    fn sets(
        &mut self,
        count: usize,
        pixels: &mut dyn FnMut(usize) -> Vec<Pixel>,
        deliver: &mut dyn FnMut(usize, &Outcomes) -> Result<()>,
    ) -> Result<()> {
        let (plan, watch) = (self.plan, self.watch);
        let limit = usize::try_from(self.chunk_limit).unwrap_or(usize::MAX).max(1);
        // Networks of each set that is on its way, filled by one closure and emptied by the other.
        let counts = RefCell::new(VecDeque::new());
        let (mut sets, mut set, mut given, mut first) = (0..count, Vec::new(), 0, 0);
        let mut chunks = std::iter::from_fn(|| {
            if given == set.len() {
                if watch.interrupted() {
                    return None;
                }
                (set, given) = (plan.networks(&pixels(sets.next()?)), 0);
                counts.borrow_mut().push_back(set.len());
            }
            let end = set.len().min(given.saturating_add(limit));
            let chunk = plan.chunk(&set[given..end], first);
            (given, first) = (end, chunk.networks.end);
            Some(chunk)
        });
        let (mut at, mut whole) = (0, None::<Outcomes>);
        let finishing = IgnoreInterrupt(watch);
        let heard: &dyn Watch = if self.finishes { &finishing } else { watch };
        self.prepared.chunks(&mut chunks, heard, &mut |trained| {
            let mut outcomes = trained.outcomes;
            if let Some(before) = whole.take() {
                let rest = std::mem::replace(&mut outcomes, before);
                outcomes.append(&rest);
            }
            if counts.borrow().front() != Some(&outcomes.count()) {
                whole = Some(outcomes);
                return Ok(());
            }
            counts.borrow_mut().pop_front();
            deliver(at, &outcomes)?;
            at += 1;
            Ok(())
        })
    }
}
