//! What of a problem is a number to its kernels and no part of their code: with other numbers the same kernels train, so a
//! device's driver compiles them once. Twin: `shaders/part/numbers.wgsl`.

use bytemuck::{Pod, Zeroable};

use crate::gpu::{Binding, BindingKind, Gpu, uniform_buffer};
use crate::spec::Problem;

/// The numbers.
pub(super) const NUMBERS: Binding = Binding(14, BindingKind::Uniform);

/// Those that every problem has; learning rates come after them, see [`rate_quad_count`].
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(super) struct Numbers {
    /// Budget.
    pub(super) epochs: u32,
    /// What a network is judged by must stay below this.
    pub(super) criterion_bound: f32,
    /// Where networks bring none of their own.
    pub(super) momentum: f32,
    pub(super) reserved: u32,
}

/// Entries of four learning rates, one for each layer of weights.
pub(super) fn rate_quad_count(problem: &Problem) -> usize {
    problem.layers().shapes().len().div_ceil(4)
}

/// How kernels name the learning rate of a layer of weights.
pub(super) fn rate_name(layer: usize) -> String {
    format!("numbers.rates[{}][{}]", layer / 4, layer % 4)
}

impl Numbers {
    fn of(problem: &Problem) -> Self {
        let spec = problem.spec();
        let (criterion_bound, momentum) = (problem.standard().measured().1 as f32, spec.momentum as f32);
        Self { epochs: spec.epochs, criterion_bound, momentum, reserved: 0 }
    }
}

/// All numbers of a problem, for its kernels.
pub(super) fn buffer(gpu: &Gpu, problem: &Problem) -> wgpu::Buffer {
    let mut bytes = bytemuck::bytes_of(&Numbers::of(problem)).to_vec();
    let mut rates: Vec<f32> =
        (0..problem.layers().shapes().len()).map(|layer| problem.spec().lr.of_layer(layer) as f32).collect();
    rates.resize(4 * rate_quad_count(problem), 0.0);
    bytes.extend_from_slice(bytemuck::cast_slice(&rates));
    uniform_buffer(gpu, "numbers", &bytes)
}
