//! Training on a device that the program opened itself, beside its own work on it:
//! `cargo run --release --example own_device`
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use basins::Run;
use basins::gpu::Gpu;
use basins::spec::Spec;

fn main() -> basins::Result<()> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))
        .map_err(|error| basins::Error::device(format!("no device: {error}")))?;
    let info = adapter.get_info();
    let descriptor = wgpu::DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
        .map_err(|error| basins::Error::device(format!("{} cannot be opened: {error}", info.name)))?;

    let gpu = Gpu::from_device(device.clone(), queue.clone());
    let answer = Run::new(Spec { lr: 1.0.into(), epochs: 2_000, ..Spec::default() }).nets(20_000).gpu(gpu).run()?;
    println!("{:.1}% learn XOR on {}", 100.0 * answer.rate(), answer.trained_by.device().name);

    // The device is still the program's own.
    queue.submit([device.create_command_encoder(&Default::default()).finish()]);
    Ok(())
}
