//! How a device is spoken to: adapters, buffers, shaders, read-back, its clock, loss. Knows wgpu and nothing of learning: callers
//! hand it strings, sizes and bytes.

mod adapter;
mod binding;
mod buffer;
mod device;
mod kernel;
mod library;
mod readback;
mod stopwatch;

pub use adapter::{AdapterKind, Found, adapters, missing, select};
#[doc(hidden)]
pub use binding::{Binding, BindingKind, Checks};
#[doc(hidden)]
pub use buffer::{Buffers, indirect_buffer, storage_buffer, uniform_buffer};
pub use device::Gpu;
#[doc(hidden)]
pub use device::{Lost, SOFTWARE_LOOP_LIMIT};
#[doc(hidden)]
pub use kernel::{Bound, Kernel, grid};
#[doc(hidden)]
pub use readback::Readback;
#[doc(hidden)]
pub use stopwatch::Stopwatch;
