//! How long the device was at work, by its own clock.

use super::Gpu;

/// Distance between two spans in the buffer of ticks.
const STRIDE: u64 = wgpu::QUERY_RESOLVE_BUFFER_ALIGNMENT;

/// Measures passes on the device. A span is one pass; its place may be used again once its ticks have been read.
pub struct Stopwatch {
    queries: wgpu::QuerySet,
    ticks: wgpu::Buffer,
    /// Nanoseconds of a tick.
    period: f64,
}

impl Stopwatch {
    /// Bytes of a span's ticks: begin and end.
    pub const BYTES: u64 = 16;

    /// For so many spans at a time; `None` where the device has no clock.
    pub fn new(gpu: &Gpu, spans: u32) -> Option<Self> {
        let period = f64::from(gpu.queue.get_timestamp_period());
        let has_clock = gpu.device.features().contains(wgpu::Features::TIMESTAMP_QUERY);
        if !has_clock || period <= 0.0 {
            return None;
        }
        let queries = gpu.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("spans"),
            ty: wgpu::QueryType::Timestamp,
            count: 2 * spans,
        });
        let ticks = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("ticks"),
            size: STRIDE * u64::from(spans),
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        Some(Self { queries, ticks, period })
    }

    /// What the pass of a span is begun with.
    pub fn span(&self, at: u32) -> wgpu::ComputePassTimestampWrites<'_> {
        wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(2 * at),
            end_of_pass_write_index: Some(2 * at + 1),
        }
    }

    /// Records, behind the pass, that its ticks are to be had. Returns where they will lie.
    pub fn resolve(&self, encoder: &mut wgpu::CommandEncoder, at: u32) -> (&wgpu::Buffer, u64) {
        let place = STRIDE * u64::from(at);
        encoder.resolve_query_set(&self.queries, 2 * at..2 * at + 2, &self.ticks, place);
        (&self.ticks, place)
    }

    /// Seconds between begin and end. Clocks may stand still, wrap or run backwards: then nothing is known.
    pub fn seconds(&self, [begin, end]: [u64; 2]) -> Option<f64> {
        let ticks = end.checked_sub(begin).filter(|_| begin > 0)?;
        // No pass takes an hour.
        Some(ticks as f64 * self.period * 1e-9).filter(|seconds| *seconds < 3600.0)
    }
}
