//! A compute pipeline with the bindings that it declares.

use crate::error::Result;

use super::{Buffers, Gpu};

/// What a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Read and written.
    Storage,
    /// Only read.
    ReadOnly,
    /// Settings.
    Uniform,
    /// Settings, one of several records of this many bytes, chosen at each dispatch.
    Record(u64),
}

/// A binding number of group 0 and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding(pub u32, pub Kind);

/// How a shader is compiled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checks {
    /// Without checks of indices and loops.
    ///
    /// Callers vouch that every index is within bounds and every loop ends.
    #[default]
    Trusted,
    /// With all of wgpu's checks: slow, and the same results.
    All,
}

/// Compiled kernels that a device keeps. A run has some ten; those of a sweep over rules come and go.
const KEPT: usize = 64;

/// A compiled kernel and what it was compiled from.
struct Compiled {
    entry: String,
    source: String,
    bindings: Vec<Binding>,
    checks: Checks,
    kernel: Kernel,
}

/// What a device has compiled, the latest use last.
#[derive(Default)]
pub(super) struct Library {
    kept: Vec<Compiled>,
    compiled_count: usize,
}

impl Library {
    fn find(&mut self, entry: &str, source: &str, bindings: &[Binding], checks: Checks) -> Option<Kernel> {
        let is_it = |one: &Compiled| {
            (one.entry.as_str(), one.checks, &one.bindings[..]) == (entry, checks, bindings) && one.source == source
        };
        let found = self.kept.iter().position(is_it)?;
        let one = self.kept.remove(found);
        let kernel = one.kernel.clone();
        self.kept.push(one);
        Some(kernel)
    }

    fn keep(&mut self, one: Compiled) {
        self.compiled_count += 1;
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        self.kept.push(one);
    }

    /// Kernels compiled so far.
    pub(super) fn compiled_count(&self) -> usize {
        self.compiled_count
    }
}

/// A compiled entry point.
#[derive(Clone)]
pub struct Kernel {
    label: String,
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

/// A kernel with its buffers.
pub struct Bound {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
}

impl Kernel {
    /// Compiles `entry` of the shader, unless the device has done so before.
    ///
    /// # Errors
    /// The device refuses the shader.
    pub fn new(gpu: &Gpu, entry: &str, source: &str, bindings: &[Binding], checks: Checks) -> Result<Self> {
        if let Some(known) = gpu.library().find(entry, source, bindings, checks) {
            return Ok(known);
        }
        let kernel = Self::compile(gpu, entry, source, bindings, checks)?;
        let (entry, source, bindings) = (entry.to_owned(), source.to_owned(), bindings.to_vec());
        gpu.library().keep(Compiled { entry, source, bindings, checks, kernel: kernel.clone() });
        Ok(kernel)
    }

    fn compile(gpu: &Gpu, entry: &str, source: &str, bindings: &[Binding], checks: Checks) -> Result<Self> {
        gpu.guarded(&format!("compiling the kernel {entry}"), || {
            let description =
                wgpu::ShaderModuleDescriptor { label: Some(entry), source: wgpu::ShaderSource::Wgsl(source.into()) };
            let module = match checks {
                Checks::All => gpu.device.create_shader_module(description),
                // SAFETY: every loop in our shaders counts up to a bound that does not change in it, and every index is
                // a constant, or below a count that was held against the size of its buffer when the buffer was made.
                // `Checks::All` runs the same shaders checked, and tests hold the results against each other.
                Checks::Trusted => unsafe {
                    gpu.device.create_shader_module_trusted(description, wgpu::ShaderRuntimeChecks::unchecked())
                },
            };
            let entries: Vec<wgpu::BindGroupLayoutEntry> = bindings.iter().map(|binding| binding.layout()).collect();
            let layout = gpu
                .device
                .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(entry), entries: &entries });
            let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(entry),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(entry),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some(entry),
                compilation_options: wgpu::PipelineCompilationOptions {
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: None,
            });
            Self { label: entry.to_owned(), pipeline, layout }
        })
    }

    /// Ties buffers to the bindings. A [`Kind::Record`] binding takes the buffer of all records.
    pub fn bind(&self, gpu: &Gpu, bindings: &[Binding], buffers: &Buffers<'_>) -> Bound {
        let entries: Vec<wgpu::BindGroupEntry<'_>> = bindings
            .iter()
            .filter_map(|Binding(number, kind)| {
                let (_, buffer) = buffers.iter().find(|(at, _)| at == number)?;
                let size = match kind {
                    Kind::Record(bytes) => wgpu::BufferSize::new(*bytes),
                    _ => None,
                };
                let binding = wgpu::BufferBinding { buffer, offset: 0, size };
                Some(wgpu::BindGroupEntry { binding: *number, resource: wgpu::BindingResource::Buffer(binding) })
            })
            .collect();
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(&self.label),
            layout: &self.layout,
            entries: &entries,
        });
        Bound { pipeline: self.pipeline.clone(), group }
    }
}

impl Binding {
    fn layout(self) -> wgpu::BindGroupLayoutEntry {
        let Self(binding, kind) = self;
        let (ty, record) = match kind {
            Kind::Storage => (wgpu::BufferBindingType::Storage { read_only: false }, None),
            Kind::ReadOnly => (wgpu::BufferBindingType::Storage { read_only: true }, None),
            Kind::Uniform => (wgpu::BufferBindingType::Uniform, None),
            Kind::Record(bytes) => (wgpu::BufferBindingType::Uniform, Some(bytes)),
        };
        wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: record.is_some(),
                min_binding_size: record.and_then(wgpu::BufferSize::new),
            },
            count: None,
        }
    }
}

impl Bound {
    /// Records a dispatch of so many workgroups; `record` is the offset of a [`Kind::Record`] binding, if there is one.
    pub fn dispatch(&self, pass: &mut wgpu::ComputePass<'_>, groups: [u32; 2], record: Option<u32>) {
        if groups[0] == 0 || groups[1] == 0 {
            return;
        }
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, record.as_slice());
        pass.dispatch_workgroups(groups[0], groups[1], 1);
    }
}
