//! A backend at work on a map: networks of pixels in sets, told what became of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use rayon::prelude::*;

use crate::backend::{DeviceKind, Driver, Effort, Job, Progress, Watch};
use crate::error::Result;
use crate::outcome::{Fate, Kinds, Outcomes};
use crate::spec::Problem;

use super::cells::{MapCell, MapCells, Sheet};
use super::plan::{MapPlan, Pixel};
use super::tiles::Tile;

/// Networks that a GPU is given at once, at most: enough to keep it busy, and a start each in memory.
const BATCH_LIMIT: u64 = 1 << 18;

/// A tile that was begun is finished.
struct IgnoreInterrupt<'a>(&'a dyn Watch);

impl Watch for IgnoreInterrupt<'_> {
    fn progress(&self, done: Progress) {
        self.0.progress(done);
    }
}

/// A backend at work on a map.
pub(super) struct TileTraining<'p, 'd, 'b> {
    plan: &'p MapPlan,
    driver: &'d mut Driver<'b>,
    /// What was done so far.
    pub(super) effort: Effort,
    /// Whether what was begun is finished after an interruption: a tile is kept, a single pixel is not.
    pub(super) finishes: bool,
    pub(super) pixels_before: u64,
    pub(super) tile_count_left: usize,
}

impl<'p, 'd, 'b> TileTraining<'p, 'd, 'b> {
    pub(super) fn new(plan: &'p MapPlan, driver: &'d mut Driver<'b>) -> Self {
        Self { plan, driver, effort: Effort::default(), finishes: true, pixels_before: 0, tile_count_left: 0 }
    }

    /// Whether the backend is a GPU: that needs several tiles at once to be busy, where a processor is busy with one, and may
    /// have no room for a whole one.
    fn on_gpu(&self) -> bool {
        self.driver.backend().device().kind != DeviceKind::Cpu
    }

    /// Counts pixels that were found finished, and tells the watch of them.
    pub(super) fn skip(&mut self, pixels: usize) {
        self.pixels_before += pixels as u64;
        let networks = pixels as u64 * u64::from(self.plan.start_count());
        let settled_net_epochs = networks.saturating_mul(self.plan.problem().spec().epochs.into());
        self.driver.watch().progress(Progress { net_epochs: 0, settled_net_epochs, networks });
    }

    /// Trains the pixels of tiles that no coarser lattice has, and passes each whole tile on.
    pub(super) fn tiles(
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
        let room = if self.on_gpu() { BATCH_LIMIT } else { 0 };
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
            match batches.last_mut().filter(|_| waiting + count <= room) {
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
        let result = self.sets(batches.len(), &mut |at| pixels(&batches[at]), &mut |at, cells| {
            let mut cells = cells.chunks(plan.start_count().into()).map(MapCell::gathered);
            batches[at].iter().try_for_each(|tile| {
                left -= 1;
                whole(tile, &mut cells)
            })
        });
        self.tile_count_left = left;
        result
    }

    /// Trains `count` sets of pixels, each made when its turn comes, and passes on what became of each network. None is begun
    /// after an interruption.
    pub(super) fn sets(
        &mut self,
        count: usize,
        pixels: &mut dyn FnMut(usize) -> Vec<Pixel>,
        deliver: &mut dyn FnMut(usize, Vec<MapCell>) -> Result<()>,
    ) -> Result<()> {
        let (plan, watch) = (self.plan, self.driver.watch());
        if !plan.varied().iter().any(|varied| varied.is_shared()) {
            let mut sets = (0..count).map_while(|at| (!watch.interrupted()).then(|| pixels(at)));
            return self.train(plan.problem(), &mut sets, deliver);
        }
        let start_count = usize::from(plan.start_count());
        for at in (0..count).take_while(|_| !watch.interrupted()) {
            let set = pixels(at);
            let mut jobs: BTreeMap<_, Vec<usize>> = BTreeMap::new();
            set.iter().enumerate().for_each(|(place, pixel)| jobs.entry(plan.job(*pixel)).or_default().push(place));
            let mut cells = vec![MapCell::one(Fate::Unfinished, 0, 0.0); set.len() * start_count];
            for places in jobs.values() {
                let of_job = places.iter().map(|place| set[*place]).collect();
                let problem = plan.problem_at(set[places[0]])?;
                self.train(&problem, &mut std::iter::once(of_job), &mut |_, trained| {
                    for (place, trained) in places.iter().zip(trained.chunks(start_count)) {
                        cells[place * start_count..][..start_count].copy_from_slice(trained);
                    }
                    Ok(())
                })?;
            }
            deliver(at, cells)?;
        }
        Ok(())
    }

    /// Trains sets of pixels whose networks have a problem in common.
    fn train(
        &mut self,
        problem: &Problem,
        sets: &mut dyn Iterator<Item = Vec<Pixel>>,
        deliver: &mut dyn FnMut(usize, Vec<MapCell>) -> Result<()>,
    ) -> Result<()> {
        let (plan, watch) = (self.plan, self.driver.watch());
        let on_gpu = self.on_gpu();
        let mut prepared = self.driver.begin(Job { own_rates: plan.own_rates(), ..Job::new(problem, 0) })?;
        let limit =
            if on_gpu { usize::try_from(prepared.chunk_limit()).unwrap_or(usize::MAX).max(1) } else { usize::MAX };
        // Networks of each set that is on its way, filled by one closure and emptied by the other.
        let counts = RefCell::new(VecDeque::new());
        let (mut set, mut given, mut first) = (Vec::new(), 0, 0);
        let mut chunks = std::iter::from_fn(|| {
            if given == set.len() {
                (set, given) = (plan.networks(&sets.next()?), 0);
                counts.borrow_mut().push_back(set.len());
            }
            let end = set.len().min(given.saturating_add(limit));
            let chunk = plan.chunk(&set[given..end], first);
            (given, first) = (end, chunk.networks.end);
            Some(chunk)
        });
        let (kinds, mut at, mut whole) = (Kinds::new(problem), 0, None::<Outcomes>);
        let finishing = IgnoreInterrupt(watch);
        let heard: &dyn Watch = if self.finishes { &finishing } else { watch };
        prepared.chunks(&mut chunks, heard, &mut |trained| {
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
            // Telling fates apart takes a while, during which the backend is idle: all cores are free for it.
            let cell = |kinds: &mut Kinds<'_>, at: usize| MapCell::of(kinds, &outcomes.get(at));
            deliver(at, (0..outcomes.count()).into_par_iter().map_init(|| kinds.another(), cell).collect())?;
            at += 1;
            Ok(())
        })?;
        self.effort.merge(&prepared.effort());
        Ok(())
    }
}
