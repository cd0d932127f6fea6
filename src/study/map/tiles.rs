//! How a map is cut: passes from a coarse lattice of pixels to all of them, each in square tiles. Pure arithmetic.

use super::plan::Pixel;

/// Pixels between two of a pass's lattice, in the order of the passes. Each lattice holds the one before it.
pub(super) const STRIDES: [usize; 3] = [16, 4, 1];
/// A map with fewer pixels is drawn in one pass: it is done before a preview could be looked at.
const PREVIEW_PIXELS: usize = 1 << 14;

/// A square of a pass's lattice. Positions count lattice points; the one at (i, j) is the pixel (i, j) times the stride.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Tile {
    /// Pixels between two lattice points.
    pub(super) stride: usize,
    /// Its place among the pass's tiles, from the left and from below.
    pub(super) place: (usize, usize),
    /// The first lattice column and row.
    pub(super) first: (usize, usize),
    /// Columns and rows of lattice points.
    pub(super) size: (usize, usize),
}

impl Tile {
    /// How many lattice points it has.
    pub(super) fn count(&self) -> usize {
        self.size.0 * self.size.1
    }

    /// Its lattice points, row by row from below, as pixels of the map.
    pub(super) fn pixels(&self) -> impl Iterator<Item = Pixel> {
        let Self { stride, first, size, .. } = *self;
        (0..size.0 * size.1).map(move |at| (stride * (first.0 + at % size.0), stride * (first.1 + at / size.0)))
    }

    /// The name of its file.
    pub(super) fn file_name(&self) -> String {
        format!("every-{}-{}-{}.npz", self.stride, self.place.0, self.place.1)
    }
}

/// Columns and rows of a lattice.
pub(super) fn lattice(size: (usize, usize), stride: usize) -> (usize, usize) {
    (size.0.div_ceil(stride), size.1.div_ceil(stride))
}

/// The passes over a map of this size, each with its tiles of at most `side` lattice points a side, row by row from below.
pub(super) fn passes(size: (usize, usize), side: usize) -> Vec<Vec<Tile>> {
    let strides = if size.0 * size.1 < PREVIEW_PIXELS { &STRIDES[STRIDES.len() - 1..] } else { &STRIDES[..] };
    strides.iter().map(|stride| tiles(size, *stride, side)).collect()
}

/// The tiles of all pixels.
pub(super) fn last_pass(size: (usize, usize), side: usize) -> Vec<Tile> {
    tiles(size, STRIDES[STRIDES.len() - 1], side)
}

fn tiles(size: (usize, usize), stride: usize, side: usize) -> Vec<Tile> {
    let (columns, rows) = lattice(size, stride);
    let across = columns.div_ceil(side);
    (0..across * rows.div_ceil(side))
        .map(|at| {
            let place = (at % across, at / across);
            let first = (place.0 * side, place.1 * side);
            Tile { stride, place, first, size: (side.min(columns - first.0), side.min(rows - first.1)) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_pass_covers_its_lattice_once() {
        for (size, side) in [((300, 200), 64), ((129, 257), 32), ((5, 7), 3), ((1, 1), 8)] {
            for pass in passes(size, side) {
                let stride = pass[0].stride;
                let pixels: Vec<Pixel> = pass.iter().flat_map(Tile::pixels).collect();
                let (columns, rows) = lattice(size, stride);
                assert_eq!(pixels.len(), columns * rows);
                assert_eq!(pixels.iter().collect::<BTreeSet<_>>().len(), pixels.len());
                assert!(pixels.iter().all(|(x, y)| *x < size.0 && *y < size.1 && x % stride == 0 && y % stride == 0));
                let names: BTreeSet<String> = pass.iter().map(Tile::file_name).collect();
                assert_eq!(names.len(), pass.len());
            }
            let last = passes(size, side).pop().unwrap();
            assert_eq!(last.iter().map(Tile::count).sum::<usize>(), size.0 * size.1);
        }
    }
}
