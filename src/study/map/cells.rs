//! What is kept of a pixel: nine bytes, in columns.

use crate::outcome::{Fate, Outcome, Status};
use crate::spec::Problem;

/// What became of a pixel's network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its fate.
    pub fate: Fate,
    /// The epoch in which it was solved, from 1; of another network the last one it was trained.
    pub epoch: u32,
    /// Its final loss.
    pub loss: f32,
}

impl Cell {
    /// From an outcome.
    pub fn of(problem: &Problem, outcome: &Outcome<'_>) -> Self {
        let epoch = if outcome.status == Status::Solved { outcome.solved_epoch } else { outcome.stop_epoch };
        Self { fate: Fate::of(problem, outcome), epoch, loss: outcome.loss as f32 }
    }
}

/// Cells side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    /// Positions in [`Fate::ALL`].
    pub fate: Vec<u8>,
    /// See [`Cell::epoch`].
    pub epoch: Vec<u32>,
    /// See [`Cell::loss`].
    pub loss: Vec<f32>,
}

impl Cells {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.fate.len()
    }

    /// The cell at a position. A fate that is none counts as unfinished.
    pub fn get(&self, at: usize) -> Cell {
        let fate = Fate::ALL.get(usize::from(self.fate[at])).copied().unwrap_or(Fate::Unfinished);
        Cell { fate, epoch: self.epoch[at], loss: self.loss[at] }
    }

    /// All, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Cell> {
        (0..self.count()).map(|at| self.get(at))
    }

    pub(super) fn with_capacity(count: usize) -> Self {
        Self { fate: Vec::with_capacity(count), epoch: Vec::with_capacity(count), loss: Vec::with_capacity(count) }
    }

    pub(super) fn push(&mut self, cell: Cell) {
        let fate = Fate::ALL.iter().position(|fate| *fate == cell.fate).unwrap_or_default();
        self.fate.push(fate as u8);
        self.epoch.push(cell.epoch);
        self.loss.push(cell.loss);
    }

    /// Adds a run of another's cells.
    pub(super) fn extend(&mut self, other: &Self, range: std::ops::Range<usize>) {
        self.fate.extend_from_slice(&other.fate[range.clone()]);
        self.epoch.extend_from_slice(&other.epoch[range.clone()]);
        self.loss.extend_from_slice(&other.loss[range]);
    }
}

/// A whole lattice in memory, filled tile by tile; each pass takes from it what the one before has trained.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) stride: usize,
    columns: usize,
    cells: Cells,
}

impl Sheet {
    /// An empty one.
    pub(super) fn new(stride: usize, (columns, rows): (usize, usize)) -> Self {
        let cells =
            Cells { fate: vec![0; columns * rows], epoch: vec![0; columns * rows], loss: vec![0.0; columns * rows] };
        Self { stride, columns, cells }
    }

    /// The cell of a pixel, if it lies on the lattice.
    pub(super) fn get(&self, (column, row): (usize, usize)) -> Option<Cell> {
        let on = self.stride > 0 && column.is_multiple_of(self.stride) && row.is_multiple_of(self.stride);
        on.then(|| self.cells.get(row / self.stride * self.columns + column / self.stride))
    }

    /// Puts the cells of a tile of its pass in.
    pub(super) fn put(&mut self, tile: &super::tiles::Tile, cells: &Cells) {
        for row in 0..tile.size.1 {
            let (from, to) = (row * tile.size.0, (tile.first.1 + row) * self.columns + tile.first.0);
            let width = tile.size.0;
            self.cells.fate[to..to + width].copy_from_slice(&cells.fate[from..from + width]);
            self.cells.epoch[to..to + width].copy_from_slice(&cells.epoch[from..from + width]);
            self.cells.loss[to..to + width].copy_from_slice(&cells.loss[from..from + width]);
        }
    }
}
