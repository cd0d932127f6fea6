//! Any number of layers and outputs. Sums run in tiles that stay in registers: as many units at a time as leave their sums
//! over the block's examples there.

use super::super::shape::Shape;
use super::super::vector::Vector;
use super::{Kernel, activate};

/// Does something for each layer of weights after the first: in a row where the compiler knows their number.
macro_rules! each_layer {
    ($shape:expr, $layer:ident, $what:expr) => {
        if $shape.knows_depth() {
            debug_assert!($shape.depth() == 3);
            each_layer!(@one 1, $layer, $what);
            each_layer!(@one 2, $layer, $what);
        } else {
            for $layer in 1..$shape.depth() {
                $what;
            }
        }
    };
    (@one $at:literal, $layer:ident, $what:expr) => {{
        let $layer = $at;
        $what;
    }};
}

/// Does something for units, several at a time: eight vectors of sums leave room for what is added to them.
macro_rules! tiled {
    ($count:expr, $self:ident.$tile:ident($layer:expr)) => {{
        let mut unit = 0;
        if E == 4 {
            while unit + 2 <= $count {
                $self.$tile::<2>($layer, unit);
                unit += 2;
            }
        }
        if E == 1 {
            while unit + 4 <= $count {
                $self.$tile::<4>($layer, unit);
                unit += 4;
            }
        }
        while unit < $count {
            $self.$tile::<1>($layer, unit);
            unit += 1;
        }
    }};
}

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    #[inline(always)]
    pub(super) fn deep_forward(&self, block: usize, powers: Option<V::Mask>) {
        for column in 0..self.shape.units(1) {
            self.first_forward(block, column, powers);
        }
        self.own_loop(1);
        each_layer!(self.shape, layer, self.layer_forward(block, layer));
    }

    #[inline(always)]
    fn layer_forward(&self, block: usize, layer: usize) {
        tiled!(self.shape.units(layer + 1), self.forward_tile((block, layer)));
        self.own_loop(layer + 1);
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
    fn forward_tile<const T: usize>(&self, (block, layer): (usize, usize), column: usize) {
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
        each_layer!(self.shape, step, self.layer_backward(block, depth - step));
        for column in 0..self.shape.units(1) {
            self.add_first_gradient(block, column, self.deltas.block(column));
        }
    }

    #[inline(always)]
    fn layer_backward(&self, block: usize, layer: usize) {
        self.add_layer_gradient(block, layer);
        tiled!(self.shape.units(layer), self.backward_tile(layer));
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
        for row in 0..rows {
            let h: [V; E] = self.activations.block(self.shape.unit_offset(layer) + row);
            for column in 0..columns {
                let deltas: [V; E] = self.deltas.block(deltas_at + column);
                let mut part = h[0] * deltas[0];
                for e in 1..E {
                    part = h[e].mul_add(deltas[e], part);
                }
                self.add_gradient(offset + row * columns + column, part);
            }
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
}
