//! Any number of layers and outputs. Sums run in tiles that stay in registers: a few units times the block's examples on
//! the ways forward and back, a few rows times a few columns for the gradient of a matrix of weights.

use super::super::shape::Shape;
use super::super::vector::Vector;
use super::{Kernel, activate, each};

/// Units of a tile.
const TILE: usize = 4;

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    #[inline(always)]
    pub(super) fn deep_forward(&self, block: usize, powers: Option<V::Mask>) {
        each!(self.shape, self.shape.units(1), column, self.first_forward(block, column, powers));
        self.own_loop(1);
        for layer in 1..self.shape.depth() {
            let columns = self.shape.units(layer + 1);
            let mut column = 0;
            while column + TILE <= columns {
                self.forward_tile::<TILE>(block, layer, column);
                column += TILE;
            }
            while column < columns {
                self.forward_tile::<1>(block, layer, column);
                column += 1;
            }
            self.own_loop(layer + 1);
        }
    }

    #[inline(always)]
    fn first_forward(&self, block: usize, column: usize, powers: Option<V::Mask>) {
        if self.shape.depth() == 1 && !FAST {
            self.sums.set_block(column, self.first_sums(block, column));
        }
        self.activations.set_block(column, self.first_activations(block, column, powers));
    }

    /// Activations of `T` units of layer `layer + 1`.
    #[inline(always)]
    fn forward_tile<const T: usize>(&self, block: usize, layer: usize, column: usize) {
        let last = layer + 1 == self.shape.depth();
        let (rows, columns) = (self.shape.units(layer), self.shape.units(layer + 1));
        let shortcut = if last { self.shape.shortcut() } else { 0 };
        let first = self.shape.offset(layer) + column;
        let mut z = [[V::splat(0.0); E]; T];
        for (t, z) in z.iter_mut().enumerate() {
            *z = [self.weights.get(first + (rows + shortcut) * columns + t); E];
        }
        for row in 0..rows {
            let a: [V; E] = self.activations.block(self.shape.unit_offset(layer) + row);
            for (t, z) in z.iter_mut().enumerate() {
                let weight = self.weights.get(first + row * columns + t);
                for e in 0..E {
                    z[e] = a[e].mul_add(weight, z[e]);
                }
            }
        }
        for input in 0..shortcut {
            for (t, z) in z.iter_mut().enumerate() {
                let weight = self.weights.get(first + (rows + input) * columns + t);
                for (e, z) in z.iter_mut().enumerate() {
                    *z = self.input(block, e, input).mul_add(weight, *z);
                }
            }
        }
        let at = self.shape.unit_offset(layer + 1) + column;
        for (t, z) in z.into_iter().enumerate() {
            if last && !FAST {
                self.sums.set_block(column + t, z);
            }
            self.activations.set_block(at + t, activate(self.activation(layer + 1), z));
        }
    }

    #[inline(always)]
    pub(super) fn deep_backward(&self, block: usize) {
        let depth = self.shape.depth();
        for column in 0..self.shape.units(depth) {
            self.deltas.set_block(self.shape.unit_offset(depth) + column, self.output_deltas(block, column));
        }
        for step in 1..depth {
            let layer = depth - step;
            self.add_layer_gradient(block, layer);
            let units = self.shape.units(layer);
            let mut unit = 0;
            while unit + TILE <= units {
                self.backward_tile::<TILE>(layer, unit);
                unit += TILE;
            }
            while unit < units {
                self.backward_tile::<1>(layer, unit);
                unit += 1;
            }
        }
        each!(
            self.shape,
            self.shape.units(1),
            column,
            self.add_first_gradient(block, column, self.deltas.block(column))
        );
    }

    /// Deltas of `T` units of a layer, from those of the next layer.
    #[inline(always)]
    fn backward_tile<const T: usize>(&self, layer: usize, unit: usize) {
        let columns = self.shape.units(layer + 1);
        let first = self.shape.offset(layer) + unit * columns;
        let mut sums = [[V::splat(0.0); E]; T];
        for column in 0..columns {
            let deltas: [V; E] = self.deltas.block(self.shape.unit_offset(layer + 1) + column);
            for (t, sums) in sums.iter_mut().enumerate() {
                let weight = self.weights.get(first + t * columns + column);
                for e in 0..E {
                    sums[e] = if column == 0 { deltas[e] * weight } else { deltas[e].mul_add(weight, sums[e]) };
                }
            }
        }
        let at = self.shape.unit_offset(layer) + unit;
        for (t, sums) in sums.into_iter().enumerate() {
            let h: [V; E] = self.activations.block(at + t);
            self.deltas.set_block(at + t, self.times_slopes(layer, (at + t) * E, sums, h));
        }
    }

    /// Gradient of a layer of weights after the first: outer products, summed over the block's examples.
    #[inline(always)]
    fn add_layer_gradient(&self, block: usize, layer: usize) {
        let (rows, columns) = (self.shape.units(layer), self.shape.units(layer + 1));
        let shortcut = if layer + 1 == self.shape.depth() { self.shape.shortcut() } else { 0 };
        let deltas_at = self.shape.unit_offset(layer + 1);
        let offset = self.shape.offset(layer);
        let mut row = 0;
        while row + TILE <= rows {
            let mut column = 0;
            while column + TILE <= columns {
                self.gradient_tile::<TILE, TILE>(layer, row, column);
                column += TILE;
            }
            while column < columns {
                self.gradient_tile::<TILE, 1>(layer, row, column);
                column += 1;
            }
            row += TILE;
        }
        while row < rows {
            for column in 0..columns {
                self.gradient_tile::<1, 1>(layer, row, column);
            }
            row += 1;
        }
        for column in 0..columns {
            let deltas: [V; E] = self.deltas.block(deltas_at + column);
            for input in 0..shortcut {
                let mut part = V::splat(0.0);
                for (e, delta) in deltas.into_iter().enumerate() {
                    part = self.input(block, e, input).mul_add(delta, part);
                }
                self.add_gradient(offset + (rows + input) * columns + column, part);
            }
            self.add_gradient(offset + (rows + shortcut) * columns + column, super::sum(deltas));
        }
    }

    /// `R` rows times `C` columns of it.
    #[inline(always)]
    fn gradient_tile<const R: usize, const C: usize>(&self, layer: usize, row: usize, column: usize) {
        let rows_at = self.shape.unit_offset(layer) + row;
        let columns_at = self.shape.unit_offset(layer + 1) + column;
        let mut sums = [[V::splat(0.0); C]; R];
        for e in 0..E {
            for (r, sums) in sums.iter_mut().enumerate() {
                let h = self.activations.get((rows_at + r) * E + e);
                for (c, sum) in sums.iter_mut().enumerate() {
                    let delta = self.deltas.get((columns_at + c) * E + e);
                    *sum = if e == 0 { h * delta } else { h.mul_add(delta, *sum) };
                }
            }
        }
        let first = self.shape.offset(layer) + row * self.shape.units(layer + 1) + column;
        for (r, sums) in sums.into_iter().enumerate() {
            for (c, sum) in sums.into_iter().enumerate() {
                self.add_gradient(first + r * self.shape.units(layer + 1) + c, sum);
            }
        }
    }
}
