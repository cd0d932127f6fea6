//! What does training make of a plane of starts or settings? One whole training a pixel.
//!
//! `request.rs` is what is asked, `plan.rs` says which network a pixel is, `tiles.rs` how the map is cut, `training.rs` has
//! a backend train it, `store.rs` is where finished tiles are kept so that a map can go on where it ended, `canvas.rs` what
//! there is to see meanwhile, `answer.rs` what came of it, `pixel.rs` one pixel by itself.

mod answer;
mod canvas;
mod cells;
mod pixel;
mod plan;
mod request;
mod store;
mod tiles;
mod training;

pub use answer::{Boundary, Finished, Map, ShardPixels, Shares};
pub use canvas::Canvas;
pub use cells::{FateCounts, MapCell, MapCells};
pub use pixel::{MapPixel, Member};
pub use plan::{MapPlan, MapStart, Pixel};
pub use request::MapRequest;
pub use store::TileStore;

use crate::backend::Driver;
use crate::error::{Error, Result};
use crate::outcome::Fate;
use crate::spec::Shard;

use super::seconds::Seconds;
use super::trainers::Trainers;
use cells::Sheet;
use tiles::{Tile, last_pass, lattice, passes};
use training::TileTraining;

/// Trains a map.
#[derive(Clone, Copy, Debug)]
pub struct MapStudy<'a> {
    /// What is spread out.
    pub plan: &'a MapPlan,
    /// Which part of the tiles, if not all.
    pub shard: Option<Shard>,
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
        let mut training = TileTraining::new(plan, driver);
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
        let (pixels_before, effort) = (training.pixels_before, training.effort);
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
        let mut training = TileTraining::new(plan, driver);
        training.finishes = false;
        training.sets(1, &mut |_| vec![pixel], &mut |_, cells| {
            // One that was interrupted is not shown.
            if cells.iter().all(|cell| cell.fate != Fate::Unfinished) {
                found = cells;
            }
            Ok(())
        })?;
        MapPixel::new(plan, pixel, &found).ok_or_else(|| Error::interrupted("interrupted before the pixel was trained"))
    }
}
