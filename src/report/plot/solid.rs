//! A surface z(x, y) seen from aside and above, in parallel projection, far parts first.

use super::colour::{Colours, EDGE, FLOOR, INK, PAPER, Rgb, WALL, WALL_GRID};
use super::{Anchor, Axis, Scene, Stroke, text_width};

/// A surface in its box.
#[derive(Clone, Debug)]
pub struct Solid {
    /// Middle of the box in the scene.
    pub centre: (f64, f64),
    /// Units of the scene to the box's width.
    pub scale: f64,
    /// Direction from which it is seen, in degrees: 0 is from the low end of y, 90 from the high end of x.
    pub azimuth: f64,
    /// Height from which it is seen, in degrees above the floor.
    pub elevation: f64,
    /// Height of the box, with width and depth 1.
    pub rise: f64,
    /// The axis across.
    pub x: Axis,
    /// The axis of depth.
    pub y: Axis,
    /// The axis up.
    pub z: Axis,
}

impl Solid {
    /// Where a point lies in the scene, and how far away it is. Places run from 0 to 1 along each axis.
    fn project(&self, (x, y, z): (f64, f64, f64)) -> ((f64, f64), f64) {
        let (turn, tilt) = (self.azimuth.to_radians(), self.elevation.to_radians());
        let (u, v, w) = (x - 0.5, y - 0.5, (z - 0.5) * self.rise);
        let across = u * turn.cos() + v * turn.sin();
        let away = -u * turn.sin() + v * turn.cos();
        let up = away * tilt.sin() + w * tilt.cos();
        ((self.centre.0 + self.scale * across, self.centre.1 - self.scale * up), away * tilt.cos() - w * tilt.sin())
    }

    fn at(&self, x: f64, y: f64, z: f64) -> (f64, f64) {
        self.project((x, y, z)).0
    }

    /// Floor, walls behind, ticks and labels: below the surface.
    pub fn axes(&self, scene: &mut Scene) {
        // The far corner of the floor: its two walls stand behind the surface.
        let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
        let depth = |(x, y): &(f64, f64)| self.project((*x, *y, 0.0)).1;
        let far = corners.into_iter().max_by(|a, b| depth(a).total_cmp(&depth(b))).unwrap_or((0.0, 1.0));
        let near = (1.0 - far.0, 1.0 - far.1);
        let edge = Stroke::new(EDGE, 1.0);
        let floor = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| self.at(x, y, 0.0));
        scene.polygon(&floor, FLOOR, Some(edge));
        let wall_x = [(far.0, 0.0, 0.0), (far.0, 1.0, 0.0), (far.0, 1.0, 1.0), (far.0, 0.0, 1.0)];
        let wall_y = [(0.0, far.1, 0.0), (1.0, far.1, 0.0), (1.0, far.1, 1.0), (0.0, far.1, 1.0)];
        for side in [wall_x, wall_y] {
            scene.polygon(&side.map(|(x, y, z)| self.at(x, y, z)), WALL, Some(edge));
        }
        let grid = Stroke::new(WALL_GRID, 1.0);
        for (number, _) in self.x.ticks(5) {
            let x = self.x.place(number);
            scene.line(&[self.at(x, near.1, 0.0), self.at(x, far.1, 0.0), self.at(x, far.1, 1.0)], grid);
        }
        for (number, _) in self.y.ticks(5) {
            let y = self.y.place(number);
            scene.line(&[self.at(near.0, y, 0.0), self.at(far.0, y, 0.0), self.at(far.0, y, 1.0)], grid);
        }
        for (number, _) in self.z.ticks(5) {
            let z = self.z.place(number);
            let bent = [(near.0, far.1), far, (far.0, near.1)].map(|(x, y)| self.at(x, y, z));
            scene.line(&bent, grid);
        }
        self.edge_labels(scene, &self.x, |place| self.at(place, near.1, 0.0), self.at(0.5, far.1, 0.0));
        self.edge_labels(scene, &self.y, |place| self.at(near.0, place, 0.0), self.at(far.0, 0.5, 0.0));
        // The vertical edge at the left of the picture carries the heights.
        let left = [(near.0, far.1), (far.0, near.1)]
            .into_iter()
            .min_by(|a, b| self.at(a.0, a.1, 0.0).0.total_cmp(&self.at(b.0, b.1, 0.0).0))
            .unwrap_or(far);
        let foot = self.at(left.0, left.1, 0.0);
        scene.line(&[foot, self.at(left.0, left.1, 1.0)], Stroke::new(INK, 1.2));
        for (number, label) in self.z.ticks(5) {
            let (x, y) = self.at(left.0, left.1, self.z.place(number));
            scene.line(&[(x - 5.0, y), (x, y)], Stroke::new(INK, 1.2));
            scene.text((x - 9.0, y + 4.5), 13.0, Anchor::End, &label);
        }
        let (x, y) = self.at(left.0, left.1, 0.5);
        scene.styled_text((x - 52.0, y), 14.5, Anchor::Middle, &self.z.label, INK, false, -90.0);
    }

    /// Ticks and label along a front edge of the floor; `behind` is the middle of the edge across from it.
    fn edge_labels(&self, scene: &mut Scene, axis: &Axis, edge: impl Fn(f64) -> (f64, f64), behind: (f64, f64)) {
        let (from, to, middle) = (edge(0.0), edge(1.0), edge(0.5));
        let length = (middle.0 - behind.0).hypot(middle.1 - behind.1).max(1e-9);
        let out = ((middle.0 - behind.0) / length, (middle.1 - behind.1) / length);
        scene.line(&[from, to], Stroke::new(INK, 1.2));
        for (number, label) in axis.ticks(6) {
            let (x, y) = edge(axis.place(number));
            scene.line(&[(x, y), (x + 6.0 * out.0, y + 6.0 * out.1)], Stroke::new(INK, 1.2));
            let half = 0.5 * text_width(&label, 13.0);
            scene.text((x + (14.0 + half) * out.0, y + 17.0 * out.1 + 9.0), 13.0, Anchor::Middle, &label);
        }
        let half = 0.5 * text_width(&axis.label, 14.5);
        let at = (middle.0 + (46.0 + half) * out.0, middle.1 + 52.0 * out.1 + 6.0);
        // A label that would run out of the sheet keeps to it, and as far below the numbers as that moves it over them.
        let kept = at.0.min(scene.width() - half - 6.0).max(half + 6.0);
        let at = (kept, at.1 + 0.8 * (at.0 - kept).abs());
        scene.text(at, 14.5, Anchor::Middle, &axis.label);
    }

    /// The surface over a grid `[y][x]`, coloured by its numbers.
    pub fn surface(&self, scene: &mut Scene, columns: usize, numbers: &[f64], colours: &Colours) {
        let rows = numbers.len() / columns.max(1);
        if rows < 2 || columns < 2 {
            return;
        }
        let corner = |column: usize, row: usize| {
            let number = numbers[row * columns + column];
            let place = (column as f64 / (columns - 1) as f64, row as f64 / (rows - 1) as f64);
            (self.project((place.0, place.1, self.z.place(number).clamp(0.0, 1.0))), number)
        };
        let mut patches = Vec::with_capacity((rows - 1) * (columns - 1));
        for row in 0..rows - 1 {
            for column in 0..columns - 1 {
                let corners = [
                    corner(column, row),
                    corner(column + 1, row),
                    corner(column + 1, row + 1),
                    corner(column, row + 1),
                ];
                let number = corners.iter().map(|(_, number)| number).sum::<f64>() / 4.0;
                if number.is_finite() {
                    // Depth on the floor decides: patches of a function never hide one that stands before them.
                    let place = ((column as f64 + 0.5) / (columns - 1) as f64, (row as f64 + 0.5) / (rows - 1) as f64);
                    let depth = self.project((place.0, place.1, 0.5)).1;
                    let heights = corners.map(|(_, number)| self.z.place(number).clamp(0.0, 1.0) * self.rise);
                    let slope = (
                        (heights[1] - heights[0] + heights[2] - heights[3]) * 0.5 * (columns - 1) as f64,
                        (heights[3] - heights[0] + heights[2] - heights[1]) * 0.5 * (rows - 1) as f64,
                    );
                    let colour = shaded(colours.of(number), slope);
                    patches.push((depth, corners.map(|(point, _)| point.0), colour, (column, row)));
                }
            }
        }
        patches.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mesh = |at: usize, count: usize| at.is_multiple_of((count / 12).max(1));
        for (_, corners, colour, (column, row)) in &patches {
            // An outline in the patch's own colour leaves no seams.
            scene.patch(corners, *colour);
            let line = Stroke::new(colour.towards(INK, 0.45), 0.6);
            // A mesh line lies on two patches; the one drawn last shows it.
            let (low, high) = (mesh(*row, rows - 1), mesh(row + 1, rows - 1));
            let (left, right) = (mesh(*column, columns - 1), mesh(column + 1, columns - 1));
            for (drawn, from, to) in [(low, 0, 1), (right, 1, 2), (high, 2, 3), (left, 3, 0)] {
                if drawn {
                    scene.line(&[corners[from], corners[to]], line);
                }
            }
        }
    }
}

/// A colour as it looks on a slope lit from the upper left: lighter towards the light, darker away from it.
fn shaded(colour: Rgb, slope: (f64, f64)) -> Rgb {
    const LIGHT: (f64, f64, f64) = (-0.45, -0.35, 0.82);
    let length = (slope.0 * slope.0 + slope.1 * slope.1 + 1.0).sqrt();
    let facing = (-slope.0 * LIGHT.0 - slope.1 * LIGHT.1 + LIGHT.2) / length;
    let flat = LIGHT.2;
    if facing < flat {
        colour.towards(INK, 0.5 * (flat - facing))
    } else {
        colour.towards(PAPER, 0.35 * (facing - flat))
    }
}
