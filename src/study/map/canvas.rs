//! What there is to see of a map while it is trained and after: a grid no finer than a picture needs.

use super::cells::{MapCell, MapCells};
use super::tiles::Tile;

/// Points of a picture, each showing one pixel of the map, or the nearest one trained so far.
#[derive(Clone, Debug)]
pub struct Canvas {
    /// Columns and rows of the map.
    map: (usize, usize),
    size: (usize, usize),
    points: Vec<Option<MapCell>>,
}

impl Canvas {
    /// Most points along a side. A larger map shows every so many-th pixel; none is averaged, as fates have no mean.
    pub const SIDE_LIMIT: usize = 1024;

    pub(super) fn new(map: (usize, usize)) -> Self {
        let longest = map.0.max(map.1);
        let shrunk = |side: usize| match longest > Self::SIDE_LIMIT {
            true => (side * Self::SIDE_LIMIT / longest).max(1),
            false => side,
        };
        let size = (shrunk(map.0), shrunk(map.1));
        Self { map, size, points: vec![None; size.0 * size.1] }
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// Its points, `[row][column]` with the lowest row first; `None` where nothing is known yet.
    pub fn points(&self) -> &[Option<MapCell>] {
        &self.points
    }

    /// Whether each point shows a pixel of its own, and none is left out.
    pub fn is_whole(&self) -> bool {
        self.size == self.map
    }

    /// The map's pixel that a point shows, along one side.
    fn pixel(point: usize, points: usize, pixels: usize) -> usize {
        (2 * point + 1) * pixels / (2 * points)
    }

    /// Shows the cells of a tile at all points nearest to them.
    pub(super) fn paint(&mut self, tile: &Tile, cells: &MapCells) {
        let lattice = |point: usize, points: usize, pixels: usize| Self::pixel(point, points, pixels) / tile.stride;
        for row in 0..self.size.1 {
            let Some(up) = lattice(row, self.size.1, self.map.1).checked_sub(tile.first.1) else { continue };
            if up >= tile.size.1 {
                break;
            }
            // The first column whose lattice point is not left of the tile.
            let start = (tile.first.0 * tile.stride * self.size.0 / self.map.0).saturating_sub(1);
            for column in start..self.size.0 {
                let Some(across) = lattice(column, self.size.0, self.map.0).checked_sub(tile.first.0) else { continue };
                if across >= tile.size.0 {
                    break;
                }
                self.points[row * self.size.0 + column] = Some(cells.get(up * tile.size.0 + across));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tiles::passes;
    use super::*;
    use crate::outcome::Fate;

    #[test]
    fn every_point_shows_its_pixel() {
        for map in [(300, 200), (1500, 64), (2048, 2048)] {
            let mut canvas = Canvas::new(map);
            for pass in passes(map, 100) {
                for tile in &pass {
                    let mut cells = MapCells::default();
                    let cell = |(x, y): (usize, usize)| MapCell::one(Fate::Solved, (y * map.0 + x) as u32, 0.0);
                    tile.pixels().for_each(|pixel| cells.push(cell(pixel)));
                    canvas.paint(tile, &cells);
                }
                let stride = pass[0].stride;
                let (columns, rows) = canvas.size();
                for (at, point) in canvas.points().iter().enumerate() {
                    let x = Canvas::pixel(at % columns, columns, map.0) / stride * stride;
                    let y = Canvas::pixel(at / columns, rows, map.1) / stride * stride;
                    assert_eq!(point.unwrap().epoch as usize, y * map.0 + x, "{map:?} stride {stride}");
                }
            }
        }
    }
}
