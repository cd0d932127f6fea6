//! What came of a map: counts, the boundary between what was solved and what was not, and its pixels row by row.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use serde::Serialize;

use crate::backend::DeviceInfo;
use crate::error::{Error, Result};
use crate::outcome::{ArraysFile, Fate};
use crate::stats::{Dimension, EpochSummary, boundary};

use super::super::escape::{LEVEL, Seconds};
use super::canvas::Canvas;
use super::cells::{Cell, Cells};
use super::plan::{MapPlan, MapStart, Pixel};
use super::store::TileStore;
use super::tiles::{Tile, passes};

/// A map, as far as it was trained.
#[derive(Clone, Debug)]
pub struct Map {
    /// Pixels that are trained, those of earlier runs included.
    pub pixels_done: u64,
    /// Pixels that earlier runs had trained.
    pub pixels_before: u64,
    /// Epochs of work that the pixels of this run needed.
    pub net_epochs: u64,
    /// Epochs of work executed in this run, idle lanes included.
    pub executed_net_epochs: u64,
    /// Backend by name.
    pub backend: &'static str,
    /// Where it trained.
    pub device: DeviceInfo,
    /// Where the time of this run went.
    pub seconds: Seconds,
    /// What there is to see.
    pub canvas: Canvas,
    /// What was counted; `None` where the run was interrupted.
    pub finished: Option<Finished>,
}

/// Counts over all pixels.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How many pixels each fate has.
    pub fates: BTreeMap<Fate, u64>,
    /// When those that were solved were solved.
    pub epochs_to_solve: Option<EpochSummary>,
    /// Smallest and largest finite loss.
    pub loss_range: Option<(f64, f64)>,
    /// The boundaries; `None` where every pixel has a start of its own, so that neighbours have nothing to do with each other.
    pub boundary: Option<Boundary>,
}

/// Box-counting dimensions of boundaries in the map; `None` where there is too little boundary to tell.
#[derive(Clone, Debug, Serialize)]
pub struct Boundary {
    /// Between pixels that were solved and pixels that were not.
    pub solved: Option<Dimension>,
    /// Between pixels of different fates.
    pub fate: Option<Dimension>,
}

/// One pixel, trained by itself.
#[derive(Clone, Debug)]
pub struct MapPixel {
    /// Column from the left and row from below.
    pub pixel: Pixel,
    /// Values on the axes.
    pub values: [f64; 2],
    /// Index of the network that it starts from; `None` where weights are given.
    pub network: Option<u64>,
    /// Its starting weights, in flat order.
    pub weights: Vec<f64>,
    /// What became of it.
    pub cell: Cell,
}

impl Finished {
    /// Pixels that were solved.
    pub fn solved(&self) -> u64 {
        self.fates.get(&Fate::Solved).copied().unwrap_or(0)
    }

    /// Counts the pixels of a finished map.
    pub(super) fn read(plan: &MapPlan, store: &TileStore) -> Result<Self> {
        let (columns, rows) = plan.size();
        let mut fate = Vec::with_capacity(columns * rows);
        let mut epochs: BTreeMap<u32, u64> = BTreeMap::new();
        let mut loss_range: Option<(f64, f64)> = None;
        for band in 0..store.band_count(plan) {
            let cells = store.band(plan, band)?;
            for cell in cells.iter() {
                if cell.fate == Fate::Solved {
                    *epochs.entry(cell.epoch).or_default() += 1;
                }
                if cell.loss.is_finite() {
                    let loss = f64::from(cell.loss);
                    let (low, high) = loss_range.unwrap_or((loss, loss));
                    loss_range = Some((low.min(loss), high.max(loss)));
                }
            }
            fate.extend_from_slice(&cells.fate);
        }
        let count = |at: u8| fate.iter().filter(|fate| **fate == at).count() as u64;
        let fates =
            (0u8..).zip(Fate::ALL).map(|(at, fate)| (fate, count(at))).filter(|(_, count)| *count > 0).collect();
        let solved = (0u8..).zip(Fate::ALL).find(|(_, fate)| *fate == Fate::Solved).map_or(0, |(at, _)| at);
        let at = |x: usize, y: usize| fate[y * columns + x];
        let each = matches!(plan.start(), MapStart::Each { .. });
        let boundary = (!each).then(|| Boundary {
            solved: boundary(columns, rows, |x, y| at(x, y) == solved).dimension(LEVEL),
            fate: boundary(columns, rows, at).dimension(LEVEL),
        });
        Ok(Self { fates, epochs_to_solve: EpochSummary::of(&epochs), loss_range, boundary })
    }
}

/// The whole map in bands: the rows that one row of tiles covers, complete and in order. Only for finished maps.
impl TileStore {
    fn tiles(&self, plan: &MapPlan) -> Vec<Tile> {
        passes(plan.size(), self.side()).pop().unwrap_or_default()
    }

    /// How many bands there are, from below.
    pub fn band_count(&self, plan: &MapPlan) -> usize {
        plan.size().1.div_ceil(self.side())
    }

    /// The cells of a band, `[row][column]` with the lowest row first.
    ///
    /// # Errors
    /// A tile is missing or damaged.
    pub fn band(&self, plan: &MapPlan, band: usize) -> Result<Cells> {
        let tiles: Vec<Tile> = self.tiles(plan).into_iter().filter(|tile| tile.place.1 == band).collect();
        let read = |tile: &Tile| {
            let missing =
                || Error::failure(format!("the tile {} is missing or damaged; run it again", tile.file_name()));
            self.read(tile).ok_or_else(missing)
        };
        let parts: Vec<Cells> = tiles.iter().map(read).collect::<Result<_>>()?;
        let height = tiles.first().map_or(0, |tile| tile.size.1);
        let mut cells = Cells::with_capacity(plan.size().0 * height);
        for row in 0..height {
            for (tile, part) in tiles.iter().zip(&parts) {
                cells.extend(part, row * tile.size.0..(row + 1) * tile.size.0);
            }
        }
        Ok(cells)
    }

    /// All cells, `[row][column]` with the lowest row first: for maps that fit memory.
    ///
    /// # Errors
    /// A tile is missing or damaged.
    pub fn all(&self, plan: &MapPlan) -> Result<Cells> {
        let mut all = Cells::with_capacity(plan.size().0 * plan.size().1);
        for band in 0..self.band_count(plan) {
            let cells = self.band(plan, band)?;
            all.extend(&cells, 0..cells.count());
        }
        Ok(all)
    }

    /// Writes a finished map as NPZ: the axes' values `x` and `y`, and `fate`, `epoch` and `loss`, `[row][column]` with the
    /// lowest row first. No more than a band is held in memory.
    ///
    /// # Errors
    /// The target cannot be written, or a tile is missing.
    pub fn write_npz<W: Write + Seek>(&self, plan: &MapPlan, target: W) -> io::Result<W> {
        let (columns, rows) = plan.size();
        let [x, y] = plan.axes();
        let shape = [rows as u64, columns as u64];
        let mut archive = ArraysFile::new(target);
        archive.add("x", &shape[1..], (0..columns).map(|at| Ok(x.value(at, columns))))?;
        archive.add("y", &shape[..1], (0..rows).map(|at| Ok(y.value(at, rows))))?;
        archive.add("fate", &shape, self.column(plan, |cells| cells.fate))?;
        archive.add("epoch", &shape, self.column(plan, |cells| cells.epoch))?;
        archive.add("loss", &shape, self.column(plan, |cells| cells.loss))?;
        archive.finish()
    }

    /// One number a pixel, in order, band by band.
    fn column<T>(&self, plan: &MapPlan, pick: impl Fn(Cells) -> Vec<T>) -> impl Iterator<Item = io::Result<T>> {
        (0..self.band_count(plan)).flat_map(move |band| match self.band(plan, band) {
            Ok(cells) => pick(cells).into_iter().map(Ok).collect(),
            Err(error) => vec![Err(io::Error::other(error.to_string()))],
        })
    }
}
