//! What is kept of a pixel: nine bytes, in columns; of one with several starts also how many met which fate.

use crate::outcome::{Fate, Kinds, Outcome, Status};

/// How many networks met each fate, in the order of [`Fate::ALL`].
pub type FateCounts = [u16; Fate::ALL.len()];

/// What became of a pixel's network, or of its networks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapCell {
    /// Its fate; of several networks the most frequent one, the first of [`Fate::ALL`] where two are as frequent.
    pub fate: Fate,
    /// The epoch in which it was solved, from 1; of another network the last one it was trained. Of several the mean of
    /// those solved, rounded; the mean of all where none was.
    pub epoch: u32,
    /// Its final loss. Of several the mean of those that did not diverge.
    pub loss: f32,
    /// How many networks met which fate.
    pub counts: FateCounts,
}

impl MapCell {
    /// Of one network.
    pub fn one(fate: Fate, epoch: u32, loss: f32) -> Self {
        let counts = Fate::ALL.map(|other| u16::from(other == fate));
        Self { fate, epoch, loss, counts }
    }

    /// From an outcome.
    pub(super) fn of(kinds: &mut Kinds<'_>, outcome: &Outcome<'_>) -> Self {
        let epoch = if outcome.status == Status::Solved { outcome.solved_epoch } else { outcome.stop_epoch };
        Self::one(kinds.of(outcome).fate, epoch, outcome.loss as f32)
    }

    /// Of all networks of a pixel, from those of the single ones.
    pub(super) fn gathered(cells: &[Self]) -> Self {
        if let [cell] = cells {
            return *cell;
        }
        let mut counts = FateCounts::default();
        for cell in cells {
            counts.iter_mut().zip(cell.counts).for_each(|(sum, count)| *sum += count);
        }
        let most = counts.iter().max().copied().unwrap_or_default();
        let fate = Fate::ALL
            .into_iter()
            .zip(counts)
            .find(|(_, count)| *count == most)
            .map_or(Fate::Unfinished, |(fate, _)| fate);
        let mean = |numbers: &mut dyn Iterator<Item = f64>| {
            let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number, count + 1.0));
            (count > 0.0).then_some(sum / count)
        };
        let epochs = |cell: &Self| f64::from(cell.epoch);
        let solved = mean(&mut cells.iter().filter(|cell| cell.fate == Fate::Solved).map(epochs));
        let epoch = solved.or_else(|| mean(&mut cells.iter().map(epochs))).unwrap_or_default().round() as u32;
        let whole = cells.iter().filter(|cell| cell.fate != Fate::Diverged && cell.loss.is_finite());
        let loss = mean(&mut whole.map(|cell| f64::from(cell.loss))).unwrap_or(f64::INFINITY) as f32;
        Self { fate, epoch, loss, counts }
    }

    /// How many of its networks met a fate.
    pub fn count(&self, fate: Fate) -> u16 {
        Fate::ALL.into_iter().zip(self.counts).find(|(other, _)| *other == fate).map_or(0, |(_, count)| count)
    }

    /// How many networks it has.
    pub fn networks(&self) -> u32 {
        self.counts.iter().map(|count| u32::from(*count)).sum()
    }

    /// The share of its networks that met a fate.
    pub fn share(&self, fate: Fate) -> f64 {
        f64::from(self.count(fate)) / f64::from(self.networks().max(1))
    }
}

/// Cells side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapCells {
    /// Positions in [`Fate::ALL`].
    pub fate: Vec<u8>,
    /// See [`MapCell::epoch`].
    pub epoch: Vec<u32>,
    /// See [`MapCell::loss`].
    pub loss: Vec<f32>,
    /// See [`MapCell::counts`]; empty where each pixel has one network, whose fate says all.
    pub counts: Vec<FateCounts>,
}

impl MapCells {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.fate.len()
    }

    /// The cell at a position. A fate that is none counts as unfinished.
    pub fn get(&self, at: usize) -> MapCell {
        let fate = Fate::ALL.get(usize::from(self.fate[at])).copied().unwrap_or(Fate::Unfinished);
        let cell = MapCell::one(fate, self.epoch[at], self.loss[at]);
        MapCell { counts: self.counts.get(at).copied().unwrap_or(cell.counts), ..cell }
    }

    /// All, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = MapCell> {
        (0..self.count()).map(|at| self.get(at))
    }

    pub(super) fn with_capacity(count: usize) -> Self {
        Self {
            fate: Vec::with_capacity(count),
            epoch: Vec::with_capacity(count),
            loss: Vec::with_capacity(count),
            counts: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, cell: MapCell) {
        let fate = Fate::ALL.iter().position(|fate| *fate == cell.fate).unwrap_or_default();
        self.fate.push(fate as u8);
        self.epoch.push(cell.epoch);
        self.loss.push(cell.loss);
        if cell.networks() > 1 {
            self.counts.push(cell.counts);
        }
    }

    /// Adds a run of another's cells.
    pub(super) fn extend(&mut self, other: &Self, range: std::ops::Range<usize>) {
        self.fate.extend_from_slice(&other.fate[range.clone()]);
        self.epoch.extend_from_slice(&other.epoch[range.clone()]);
        self.loss.extend_from_slice(&other.loss[range.clone()]);
        self.counts.extend_from_slice(other.counts.get(range).unwrap_or_default());
    }
}

/// A whole lattice in memory, filled tile by tile; each pass takes from it what the one before has trained.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) stride: usize,
    columns: usize,
    cells: MapCells,
}

impl Sheet {
    /// An empty one; `several` says whether pixels have more than one network.
    pub(super) fn new(stride: usize, (columns, rows): (usize, usize), several: bool) -> Self {
        let count = columns * rows;
        let cells = MapCells {
            fate: vec![0; count],
            epoch: vec![0; count],
            loss: vec![0.0; count],
            counts: vec![FateCounts::default(); if several { count } else { 0 }],
        };
        Self { stride, columns, cells }
    }

    /// The cell of a pixel, if it lies on the lattice.
    pub(super) fn get(&self, (column, row): (usize, usize)) -> Option<MapCell> {
        let on = self.stride > 0 && column.is_multiple_of(self.stride) && row.is_multiple_of(self.stride);
        on.then(|| self.cells.get(row / self.stride * self.columns + column / self.stride))
    }

    /// Puts the cells of a tile of its pass in.
    pub(super) fn put(&mut self, tile: &super::tiles::Tile, cells: &MapCells) {
        for row in 0..tile.size.1 {
            let (from, to) = (row * tile.size.0, (tile.first.1 + row) * self.columns + tile.first.0);
            let width = tile.size.0;
            self.cells.fate[to..to + width].copy_from_slice(&cells.fate[from..from + width]);
            self.cells.epoch[to..to + width].copy_from_slice(&cells.epoch[from..from + width]);
            self.cells.loss[to..to + width].copy_from_slice(&cells.loss[from..from + width]);
            if !self.cells.counts.is_empty() {
                self.cells.counts[to..to + width].copy_from_slice(&cells.counts[from..from + width]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_networks_are_one_cell() {
        let solved = |epoch| MapCell::one(Fate::Solved, epoch, 0.01);
        let stuck = MapCell::one(Fate::AllHalf, 900, 0.7);
        let away = MapCell::one(Fate::Diverged, 32, f32::NAN);
        let cell = MapCell::gathered(&[solved(100), stuck, solved(201), away, stuck]);
        // Two are as frequent: the first of all fates.
        assert_eq!((cell.fate, cell.epoch, cell.networks()), (Fate::Solved, 151, 5));
        assert_eq!((cell.share(Fate::Solved), cell.share(Fate::AllHalf), cell.count(Fate::Diverged)), (0.4, 0.4, 1));
        assert!((cell.loss - (0.01 + 0.7 + 0.01 + 0.7) / 4.0).abs() < 1e-6, "{}", cell.loss);
        let none = MapCell::gathered(&[stuck, away, away]);
        assert_eq!((none.fate, none.epoch, none.loss), (Fate::Diverged, 321, 0.7));
        assert_eq!(MapCell::gathered(&[away, away]).loss, f32::INFINITY);
        assert_eq!(MapCell::gathered(&[stuck]), stuck);
    }

    #[test]
    fn columns_give_back_what_was_put_in() {
        let pixels = [MapCell::one(Fate::Solved, 7, 0.1), MapCell::one(Fate::Grouped, 9, 0.2)];
        for cells in [pixels.to_vec(), vec![MapCell::gathered(&pixels), MapCell::gathered(&[pixels[1], pixels[1]])]] {
            let mut columns = MapCells::default();
            cells.iter().for_each(|cell| columns.push(*cell));
            assert_eq!(columns.counts.is_empty(), cells[0].networks() == 1);
            let mut twice = columns.clone();
            twice.extend(&columns, 1..2);
            assert_eq!(twice.iter().collect::<Vec<_>>(), [cells[0], cells[1], cells[1]]);
        }
    }
}
