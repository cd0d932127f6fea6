//! What came of a map: counts, the boundary between what was solved and what was not, and its pixels row by row.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use serde::Serialize;

use crate::arrays::ArraysFile;
use crate::error::{Error, Result};
use crate::outcome::Fate;
use crate::spec::Shard;
use crate::stats::{Dimension, EpochSummary, LEVEL, boundary};

use super::super::seconds::Seconds;
use super::super::trainers::Trainers;
use super::canvas::Canvas;
use super::cells::{MapCell, MapCells};
use super::plan::{MapPlan, MapStart};
use super::store::TileStore;
use super::tiles::{Tile, last_pass};

/// A map, as far as it was trained.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Map {
    /// Pixels that are trained, those of earlier runs included.
    pub pixels_done: u64,
    /// Pixels that earlier runs had trained.
    pub pixels_before: u64,
    /// Epochs of work that the pixels of this run needed.
    pub net_epochs: u64,
    /// Epochs of work executed in this run, idle lanes included.
    pub executed_net_epochs: u64,
    /// Who trained in this run.
    pub trained_by: Trainers,
    /// Where the time of this run went.
    pub seconds: Seconds,
    /// What there is to see.
    pub canvas: Canvas,
    /// What was counted; `None` where pixels are missing.
    pub finished: Option<Finished>,
    /// The pixels that a shard has, if only a shard was asked for.
    pub shard: Option<ShardPixels>,
}

/// Which pixels a shard of a map has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardPixels {
    /// Which shard.
    pub shard: Shard,
    /// How many pixels it has.
    pub pixels: u64,
}

impl Map {
    /// Whether the run ended before all that was asked for was trained.
    pub fn is_interrupted(&self) -> bool {
        match self.shard {
            Some(shard) => self.pixels_done < shard.pixels,
            None => self.finished.is_none(),
        }
    }

    /// From tiles that were all trained before; what it took is told by others.
    ///
    /// # Errors
    /// A tile is missing.
    pub fn read(plan: &MapPlan, store: &TileStore) -> Result<Self> {
        let mut canvas = Canvas::new(plan.size());
        for tile in last_pass(plan.size(), store.side()) {
            let cells = store.read(&tile);
            let cells = cells.ok_or_else(|| Error::failure(format!("the map has no tile {}", tile.file_name())))?;
            canvas.paint(&tile, &cells);
        }
        let pixels = (plan.size().0 * plan.size().1) as u64;
        Ok(Self {
            pixels_done: pixels,
            pixels_before: pixels,
            net_epochs: 0,
            executed_net_epochs: 0,
            trained_by: Trainers::default(),
            seconds: Seconds::default(),
            canvas,
            finished: Some(Finished::read(plan, store)?),
            shard: None,
        })
    }
}

/// Counts over all pixels.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How many networks met each fate.
    pub fates: BTreeMap<Fate, u64>,
    /// When those that were solved were solved; `None` also where pixels have several networks, of which means are kept.
    pub epochs_to_solve: Option<EpochSummary>,
    /// Smallest and largest finite loss of a pixel.
    pub loss_range: Option<(f64, f64)>,
    /// How pixels fared that have several networks.
    pub shares: Option<Shares>,
    /// The boundaries; `None` where every pixel has starts of its own, so that neighbours have nothing to do with each other.
    pub boundary: Option<Boundary>,
}

/// Pixels by the share of their networks that were solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Shares {
    /// None of them.
    pub none: u64,
    /// Some, but fewer than half.
    pub below_half: u64,
    /// Half or more, but not all.
    pub half_or_more: u64,
    /// All of them.
    pub all: u64,
}

/// Box-counting dimensions of boundaries in the map; `None` where there is too little boundary to tell.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Boundary {
    /// Between pixels that were solved and pixels that were not; with several networks, half or more of which were.
    pub solved: Option<Dimension>,
    /// Between pixels of different fates, or most frequent fates.
    pub fate: Option<Dimension>,
}

impl Shares {
    fn note(&mut self, cell: &MapCell) {
        let (solved, of) = (u32::from(cell.count(Fate::Solved)), cell.networks());
        *match solved {
            0 => &mut self.none,
            _ if solved == of => &mut self.all,
            _ if mostly_solved(cell) => &mut self.half_or_more,
            _ => &mut self.below_half,
        } += 1;
    }
}

fn mostly_solved(cell: &MapCell) -> bool {
    2 * u32::from(cell.count(Fate::Solved)) >= cell.networks()
}

impl Finished {
    /// Networks that were solved.
    pub fn solved(&self) -> u64 {
        self.fates.get(&Fate::Solved).copied().unwrap_or(0)
    }

    /// Networks in all.
    pub fn networks(&self) -> u64 {
        self.fates.values().sum()
    }

    /// Counts the pixels of a finished map.
    pub(super) fn read(plan: &MapPlan, store: &TileStore) -> Result<Self> {
        let (columns, rows) = plan.size();
        let several = plan.start_count() > 1;
        let (mut fate, mut solved) = (Vec::with_capacity(columns * rows), Vec::with_capacity(columns * rows));
        let mut sums = [0u64; Fate::ALL.len()];
        let mut shares = Shares::default();
        let mut epochs: BTreeMap<u32, u64> = BTreeMap::new();
        let mut loss_range: Option<(f64, f64)> = None;
        for band in 0..store.band_count(plan) {
            let cells = store.band(plan, band)?;
            for cell in cells.iter() {
                sums.iter_mut().zip(cell.counts).for_each(|(sum, count)| *sum += u64::from(count));
                shares.note(&cell);
                solved.push(mostly_solved(&cell));
                if cell.fate == Fate::Solved && !several {
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
        let fates = Fate::ALL.into_iter().zip(sums).filter(|(_, count)| *count > 0).collect();
        let each = matches!(plan.start(), MapStart::Each { .. });
        let boundary = (!each).then(|| Boundary {
            solved: boundary(columns, rows, |x, y| solved[y * columns + x]).dimension(LEVEL),
            fate: boundary(columns, rows, |x, y| fate[y * columns + x]).dimension(LEVEL),
        });
        let shares = several.then_some(shares);
        Ok(Self { fates, epochs_to_solve: EpochSummary::of(&epochs), loss_range, shares, boundary })
    }
}

/// The whole map in bands: the rows that one row of tiles covers, complete and in order. Only for finished maps.
impl TileStore {
    fn tiles(&self, plan: &MapPlan) -> Vec<Tile> {
        last_pass(plan.size(), self.side())
    }

    /// How many bands there are, from below.
    pub fn band_count(&self, plan: &MapPlan) -> usize {
        plan.size().1.div_ceil(self.side())
    }

    /// The cells of a band, `[row][column]` with the lowest row first.
    ///
    /// # Errors
    /// A tile is missing or damaged.
    pub fn band(&self, plan: &MapPlan, band: usize) -> Result<MapCells> {
        let tiles: Vec<Tile> = self.tiles(plan).into_iter().filter(|tile| tile.place.1 == band).collect();
        let read = |tile: &Tile| {
            let missing =
                || Error::failure(format!("the tile {} is missing or damaged; run it again", tile.file_name()));
            self.read(tile).ok_or_else(missing)
        };
        let parts: Vec<MapCells> = tiles.iter().map(read).collect::<Result<_>>()?;
        let height = tiles.first().map_or(0, |tile| tile.size.1);
        let mut cells = MapCells::with_capacity(plan.size().0 * height);
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
    pub fn all(&self, plan: &MapPlan) -> Result<MapCells> {
        let mut all = MapCells::with_capacity(plan.size().0 * plan.size().1);
        for band in 0..self.band_count(plan) {
            let cells = self.band(plan, band)?;
            all.extend(&cells, 0..cells.count());
        }
        Ok(all)
    }

    /// Writes a finished map as NPZ: the axes' values `x` and `y`, and `fate`, `epoch` and `loss`, `[row][column]` with the
    /// lowest row first; where pixels have several networks also `counts`, `[row][column][fate]`. No more than a band is held in memory.
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
        if plan.start_count() > 1 {
            let shape = [shape[0], shape[1], Fate::ALL.len() as u64];
            archive.add("counts", &shape, self.column(plan, |cells| cells.counts.concat()))?;
        }
        archive.finish()
    }

    /// Numbers of every pixel, in order, band by band.
    fn column<T>(&self, plan: &MapPlan, pick: impl Fn(MapCells) -> Vec<T>) -> impl Iterator<Item = io::Result<T>> {
        (0..self.band_count(plan)).flat_map(move |band| match self.band(plan, band) {
            Ok(cells) => pick(cells).into_iter().map(Ok).collect(),
            Err(error) => vec![Err(io::Error::other(error.to_string()))],
        })
    }
}
