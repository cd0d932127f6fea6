//! What a shader declares: its bindings, and how it is to be compiled.

/// What a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
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
pub struct Binding(pub u32, pub BindingKind);

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

impl Binding {
    pub(super) fn layout(self) -> wgpu::BindGroupLayoutEntry {
        let Self(binding, kind) = self;
        let (ty, record) = match kind {
            BindingKind::Storage => (wgpu::BufferBindingType::Storage { read_only: false }, None),
            BindingKind::ReadOnly => (wgpu::BufferBindingType::Storage { read_only: true }, None),
            BindingKind::Uniform => (wgpu::BufferBindingType::Uniform, None),
            BindingKind::Record(bytes) => (wgpu::BufferBindingType::Uniform, Some(bytes)),
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
