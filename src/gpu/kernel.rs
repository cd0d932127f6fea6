//! A compute pipeline with the bindings that it declares.

use crate::error::Result;

use super::library::{Pipeline, Shader};
use super::{Binding, BindingKind, Buffers, Checks, Gpu};

/// A compiled entry point.
pub struct Kernel {
    label: String,
    compiled: Pipeline,
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
        let (label, source) = (entry.to_owned(), source.to_owned());
        let shader = Shader { entry: label.clone(), source, bindings: bindings.to_vec(), checks };
        if let Some(compiled) = gpu.library().find(&shader) {
            return Ok(Self { label, compiled });
        }
        let compiled = compile(gpu, &shader)?;
        gpu.library().keep(shader, compiled.clone());
        Ok(Self { label, compiled })
    }

    /// Ties buffers to the bindings. A [`BindingKind::Record`] binding takes the buffer of all records.
    pub fn bind(&self, gpu: &Gpu, bindings: &[Binding], buffers: &Buffers<'_>) -> Bound {
        let entries: Vec<wgpu::BindGroupEntry<'_>> = bindings
            .iter()
            .filter_map(|Binding(number, kind)| {
                let (_, buffer) = buffers.iter().find(|(at, _)| at == number)?;
                let size = match kind {
                    BindingKind::Record(bytes) => wgpu::BufferSize::new(*bytes),
                    _ => None,
                };
                let binding = wgpu::BufferBinding { buffer, offset: 0, size };
                Some(wgpu::BindGroupEntry { binding: *number, resource: wgpu::BindingResource::Buffer(binding) })
            })
            .collect();
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(&self.label),
            layout: &self.compiled.layout,
            entries: &entries,
        });
        Bound { pipeline: self.compiled.pipeline.clone(), group }
    }
}

impl Bound {
    /// Records a dispatch of so many workgroups; `record` is the offset of a [`BindingKind::Record`] binding, if there is one.
    pub fn dispatch(&self, pass: &mut wgpu::ComputePass<'_>, groups: [u32; 2], record: Option<u32>) {
        if groups[0] == 0 || groups[1] == 0 {
            return;
        }
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, record.as_slice());
        pass.dispatch_workgroups(groups[0], groups[1], 1);
    }

    /// Records a dispatch of as many workgroups as three numbers at the beginning of a buffer say by then.
    pub fn dispatch_indirect(&self, pass: &mut wgpu::ComputePass<'_>, groups: &wgpu::Buffer) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups_indirect(groups, 0);
    }
}

/// So many workgroups along two axes, of which neither may be longer than `limit`; as many as that, or a few more.
pub fn grid(count: u32, limit: u32) -> [u32; 2] {
    let across = count.min(limit);
    [across, count.div_ceil(across.max(1))]
}

fn compile(gpu: &Gpu, shader: &Shader) -> Result<Pipeline> {
    let Shader { entry, source, bindings, checks } = shader;
    let entry = entry.as_str();
    gpu.guarded(&format!("compiling the kernel {entry}"), || {
        let description = wgpu::ShaderModuleDescriptor {
            label: Some(entry),
            source: wgpu::ShaderSource::Wgsl(source.as_str().into()),
        };
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
        Pipeline { pipeline, layout }
    })
}
