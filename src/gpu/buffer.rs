//! Buffers by what they are for.

use wgpu::util::DeviceExt;

use super::Gpu;

/// Buffers by binding number.
pub type Buffers<'a> = [(u32, &'a wgpu::Buffer)];

/// Zeroed memory that kernels read and write.
pub fn storage_buffer(gpu: &Gpu, label: &str, bytes: u64) -> wgpu::Buffer {
    zeroed_buffer(gpu, label, bytes, wgpu::BufferUsages::empty())
}

/// The same, where kernels also say at the beginning of it how many workgroups of another kernel there are to be.
pub fn indirect_buffer(gpu: &Gpu, label: &str, bytes: u64) -> wgpu::Buffer {
    zeroed_buffer(gpu, label, bytes, wgpu::BufferUsages::INDIRECT)
}

fn zeroed_buffer(gpu: &Gpu, label: &str, bytes: u64, also: wgpu::BufferUsages) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        // A binding must not be empty.
        size: bytes.max(16).next_multiple_of(4),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC | also,
        mapped_at_creation: false,
    })
}

/// A small table of settings that kernels read.
pub fn uniform_buffer(gpu: &Gpu, label: &str, contents: &[u8]) -> wgpu::Buffer {
    gpu.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some(label),
        contents,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
    })
}
