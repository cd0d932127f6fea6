//! Sizes of a network as the kernels ask for them: read from the problem or, all or some of them, known to the compiler,
//! which then unrolls the loops over units and keeps weights and gradients in registers. The kernels are the same.

use super::net::Net;

/// Where units and weights lie.
pub(super) trait Shape: Copy {
    /// Whether the compiler knows the sizes.
    fn is_fixed(self) -> bool;

    /// Whether there is room on the stack for all numbers of a network: whoever chooses a kernel asks `fits_local`.
    fn is_local(self) -> bool;

    /// Whether the compiler knows the number of inputs.
    fn knows_inputs(self) -> bool;

    /// Whether it knows the number of layers.
    fn knows_depth(self) -> bool;

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
    fn is_local(self) -> bool {
        false
    }

    #[inline(always)]
    fn knows_inputs(self) -> bool {
        false
    }

    #[inline(always)]
    fn knows_depth(self) -> bool {
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

/// `DEPTH` layers of weights, 2 or 3, and one output. A size of 0 is read from the problem.
#[derive(Clone, Copy)]
pub(super) struct Known<const DEPTH: usize, const INPUTS: usize, const FIRST: usize, const SECOND: usize> {
    inputs: usize,
    first: usize,
    second: usize,
}

impl<const DEPTH: usize, const INPUTS: usize, const FIRST: usize, const SECOND: usize>
    Known<DEPTH, INPUTS, FIRST, SECOND>
{
    pub(super) fn new(net: &Net) -> Self {
        Self { inputs: net.sizes[0], first: net.sizes[1], second: net.sizes[2] }
    }
}

impl<const DEPTH: usize, const INPUTS: usize, const FIRST: usize, const SECOND: usize> Shape
    for Known<DEPTH, INPUTS, FIRST, SECOND>
{
    #[inline(always)]
    fn is_fixed(self) -> bool {
        self.knows_inputs() && FIRST > 0 && (DEPTH == 2 || SECOND > 0)
    }

    #[inline(always)]
    fn is_local(self) -> bool {
        DEPTH == 3 || self.is_fixed()
    }

    #[inline(always)]
    fn knows_inputs(self) -> bool {
        INPUTS > 0
    }

    #[inline(always)]
    fn knows_depth(self) -> bool {
        true
    }

    #[inline(always)]
    fn depth(self) -> usize {
        DEPTH
    }

    #[inline(always)]
    fn units(self, layer: usize) -> usize {
        match layer {
            0 if INPUTS > 0 => INPUTS,
            0 => self.inputs,
            _ if layer == DEPTH => 1,
            1 if FIRST > 0 => FIRST,
            1 => self.first,
            _ if SECOND > 0 => SECOND,
            _ => self.second,
        }
    }

    #[inline(always)]
    fn unit_offset(self, layer: usize) -> usize {
        match layer {
            1 => 0,
            2 => self.units(1),
            _ => self.units(1) + self.units(2),
        }
    }

    #[inline(always)]
    fn offset(self, layer: usize) -> usize {
        match layer {
            0 => 0,
            1 => (self.units(0) + 1) * self.units(1),
            _ => self.offset(1) + (self.units(1) + 1) * self.units(2),
        }
    }

    #[inline(always)]
    fn shortcut(self) -> usize {
        0
    }

    #[inline(always)]
    fn weight_count(self) -> usize {
        self.offset(DEPTH - 1) + self.units(DEPTH - 1) + 1
    }
}
