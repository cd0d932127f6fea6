//! Bytes from the device to the host, without stopping either.

use futures_intrusive::channel::shared::{OneshotReceiver, oneshot_channel};

use super::{Gpu, Lost};

/// A buffer that the host can read, and what is on its way into it.
pub struct Readback {
    buffer: wgpu::Buffer,
    bytes: u64,
    arriving: Option<(wgpu::SubmissionIndex, OneshotReceiver<Result<(), wgpu::BufferAsyncError>>)>,
}

impl Readback {
    /// Room for so many bytes.
    pub fn new(gpu: &Gpu, label: &str, bytes: u64) -> Self {
        let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes.max(4),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        Self { buffer, bytes: 0, arriving: None }
    }

    /// Records a copy of `bytes` from `source` on to position `at`; all copies of one journey come before `submitted`.
    pub fn copy(&mut self, encoder: &mut wgpu::CommandEncoder, source: &wgpu::Buffer, from: u64, at: u64, bytes: u64) {
        encoder.copy_buffer_to_buffer(source, from, &self.buffer, at, bytes);
        self.bytes = self.bytes.max(at + bytes);
    }

    /// Says with which submission the copies travel.
    pub fn submitted(&mut self, submission: wgpu::SubmissionIndex) {
        let (sender, receiver) = oneshot_channel();
        // A journey may be empty, but what is mapped must not be.
        self.buffer.map_async(wgpu::MapMode::Read, 0..self.bytes.max(4), move |mapped| {
            // Nobody listens where the journey was given up.
            let _ = sender.send(mapped);
        });
        self.arriving = Some((submission, receiver));
    }

    /// Waits for the bytes and hands them to `take`.
    ///
    /// # Errors
    /// The device is lost.
    pub fn receive<T>(&mut self, gpu: &Gpu, take: impl FnOnce(&[u8]) -> T) -> Result<T, Lost> {
        let (submission, receiver) = self.arriving.take().ok_or_else(|| Lost("nothing was on its way".into()))?;
        gpu.wait(&submission)?;
        match pollster::block_on(receiver.receive()) {
            Some(Ok(())) => {}
            _ => return Err(Lost(format!("{}: read-back failed", gpu.name))),
        }
        let view = self.buffer.get_mapped_range(0..self.bytes.max(4)).map_err(|error| Lost(error.to_string()))?;
        let taken = take(&view[..self.bytes as usize]);
        drop(view);
        self.buffer.unmap();
        self.bytes = 0;
        Ok(taken)
    }
}
