//! Sizes of a network as the kernels ask for them: read from the problem, or known to the compiler, which then unrolls
//! the loops over units and keeps weights and gradients in registers. The kernels are the same.

use super::net::Net;

/// Where units and weights lie.
pub(super) trait Shape: Copy {
    /// Whether the compiler knows the sizes.
    fn is_fixed(self) -> bool;

    /// Whether it knows the number of inputs.
    fn knows_inputs(self) -> bool;

    /// Layers of weights.
    fn depth(self) -> usize;

    /// Units of a layer, inputs being layer 0.
    fn units(self, layer: usize) -> usize;

    /// Position of the first unit of a layer behind the inputs among all units after the inputs.
    fn unit_offset(self, layer: usize) -> usize;

    /// Flat position of the first weight of a layer of weights.
    fn offset(self, layer: usize) -> usize;

    /// Inputs that feed the last layer directly.
    fn shortcut(self) -> usize;

    /// Weights of one network.
    fn weight_count(self) -> usize;
}

/// Any sizes. What the innermost loops ask for is held by value, where the compiler knows that nothing changes it.
#[derive(Clone, Copy)]
pub(super) struct Any<'a> {
    net: &'a Net,
    depth: usize,
    inputs: usize,
    first: usize,
    second: usize,
    offset: usize,
    shortcut: usize,
    weight_count: usize,
}

impl<'a> Any<'a> {
    pub(super) fn new(net: &'a Net) -> Self {
        let depth = net.shapes.len();
        Self {
            net,
            depth,
            inputs: net.sizes[0],
            first: net.sizes[1],
            second: net.sizes.get(2).copied().unwrap_or(0),
            offset: net.shapes[0].weight_count(),
            shortcut: net.shapes[depth - 1].shortcut,
            weight_count: net.weight_count,
        }
    }
}

impl Shape for Any<'_> {
    #[inline(always)]
    fn is_fixed(self) -> bool {
        false
    }

    #[inline(always)]
    fn knows_inputs(self) -> bool {
        false
    }

    #[inline(always)]
    fn depth(self) -> usize {
        self.depth
    }

    #[inline(always)]
    fn units(self, layer: usize) -> usize {
        match layer {
            0 => self.inputs,
            1 => self.first,
            2 => self.second,
            _ => self.net.sizes[layer],
        }
    }

    #[inline(always)]
    fn unit_offset(self, layer: usize) -> usize {
        match layer {
            1 => 0,
            2 => self.first,
            _ => self.net.unit_offsets[layer - 1],
        }
    }

    #[inline(always)]
    fn offset(self, layer: usize) -> usize {
        match layer {
            0 => 0,
            1 => self.offset,
            _ => self.net.shapes[layer].offset,
        }
    }

    #[inline(always)]
    fn shortcut(self) -> usize {
        self.shortcut
    }

    #[inline(always)]
    fn weight_count(self) -> usize {
        self.weight_count
    }
}

/// Inputs, one or two hidden layers (`SECOND` is 0 for one), one output.
#[derive(Clone, Copy)]
pub(super) struct Fixed<const INPUTS: usize, const FIRST: usize, const SECOND: usize>;

impl<const INPUTS: usize, const FIRST: usize, const SECOND: usize> Fixed<INPUTS, FIRST, SECOND> {
    /// Sizes of the layers, as a problem has them.
    pub(super) fn sizes() -> Vec<usize> {
        let all = [INPUTS, FIRST, SECOND, 1];
        all.into_iter().filter(|size| *size > 0).collect()
    }
}

impl<const INPUTS: usize, const FIRST: usize, const SECOND: usize> Shape for Fixed<INPUTS, FIRST, SECOND> {
    #[inline(always)]
    fn is_fixed(self) -> bool {
        true
    }

    #[inline(always)]
    fn knows_inputs(self) -> bool {
        true
    }

    #[inline(always)]
    fn depth(self) -> usize {
        if SECOND == 0 { 2 } else { 3 }
    }

    #[inline(always)]
    fn units(self, layer: usize) -> usize {
        match layer {
            0 => INPUTS,
            1 => FIRST,
            2 if SECOND > 0 => SECOND,
            _ => 1,
        }
    }

    #[inline(always)]
    fn unit_offset(self, layer: usize) -> usize {
        match layer {
            1 => 0,
            2 => FIRST,
            _ => FIRST + SECOND,
        }
    }

    #[inline(always)]
    fn offset(self, layer: usize) -> usize {
        match layer {
            0 => 0,
            1 => (INPUTS + 1) * FIRST,
            _ => (INPUTS + 1) * FIRST + (FIRST + 1) * SECOND,
        }
    }

    #[inline(always)]
    fn shortcut(self) -> usize {
        0
    }

    #[inline(always)]
    fn weight_count(self) -> usize {
        if SECOND == 0 { self.offset(1) + FIRST + 1 } else { self.offset(2) + SECOND + 1 }
    }
}

/// So many inputs, one hidden layer of any size, one output.
#[derive(Clone, Copy)]
pub(super) struct OneHidden<const INPUTS: usize>(usize);

impl<const INPUTS: usize> OneHidden<INPUTS> {
    pub(super) fn new(net: &Net) -> Self {
        Self(net.sizes[1])
    }
}

impl<const INPUTS: usize> Shape for OneHidden<INPUTS> {
    #[inline(always)]
    fn is_fixed(self) -> bool {
        false
    }

    #[inline(always)]
    fn knows_inputs(self) -> bool {
        true
    }

    #[inline(always)]
    fn depth(self) -> usize {
        2
    }

    #[inline(always)]
    fn units(self, layer: usize) -> usize {
        match layer {
            0 => INPUTS,
            1 => self.0,
            _ => 1,
        }
    }

    #[inline(always)]
    fn unit_offset(self, layer: usize) -> usize {
        if layer == 1 { 0 } else { self.0 }
    }

    #[inline(always)]
    fn offset(self, layer: usize) -> usize {
        if layer == 0 { 0 } else { (INPUTS + 1) * self.0 }
    }

    #[inline(always)]
    fn shortcut(self) -> usize {
        0
    }

    #[inline(always)]
    fn weight_count(self) -> usize {
        (INPUTS + 2) * self.0 + 1
    }
}
