//! What a device has compiled: whoever asks for the same shader again need not wait.

use super::{Binding, Checks};

/// Pipelines that a device keeps. A run has some ten; those of a sweep over rules come and go.
const KEPT: usize = 64;

/// A pipeline and the layout of what is bound to it.
#[derive(Clone)]
pub(super) struct Pipeline {
    pub(super) pipeline: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
}

/// What a pipeline is compiled from.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Shader {
    pub(super) entry: String,
    pub(super) source: String,
    pub(super) bindings: Vec<Binding>,
    pub(super) checks: Checks,
}

/// Pipelines by what they were compiled from, the latest use last.
#[derive(Default)]
pub(super) struct Library {
    kept: Vec<(Shader, Pipeline)>,
    compiled_count: usize,
}

impl Library {
    pub(super) fn find(&mut self, shader: &Shader) -> Option<Pipeline> {
        let found = self.kept.iter().position(|(known, _)| known == shader)?;
        let one = self.kept.remove(found);
        let pipeline = one.1.clone();
        self.kept.push(one);
        Some(pipeline)
    }

    pub(super) fn keep(&mut self, shader: Shader, pipeline: Pipeline) {
        self.compiled_count += 1;
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        self.kept.push((shader, pipeline));
    }

    /// Pipelines compiled so far.
    pub(super) fn compiled_count(&self) -> usize {
        self.compiled_count
    }
}
