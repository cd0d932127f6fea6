//! How answers are shown: text for a terminal, JSON, CSV, Parquet, pictures and pages. Computes nothing.

mod bench;
#[cfg(feature = "pictures")]
mod bench_picture;
#[cfg(feature = "pictures")]
mod curves;
mod devices;
mod fates;
#[cfg(feature = "pictures")]
mod grid;
#[cfg(feature = "pictures")]
mod html;
mod json;
mod map;
#[cfg(feature = "pictures")]
mod map_colour;
#[cfg(feature = "pictures")]
mod map_page;
#[cfg(feature = "pictures")]
mod map_picture;
#[cfg(feature = "pictures")]
mod map_pixels;
mod map_place;
#[cfg(feature = "pictures")]
mod network;
mod number;
#[cfg(feature = "tables")]
mod parquet;
mod plane;
#[cfg(feature = "pictures")]
pub mod plot;
mod reproduce;
mod rerun;
#[cfg(feature = "tables")]
mod rows;
#[cfg(feature = "pictures")]
mod run_page;
#[cfg(feature = "pictures")]
mod surface;
mod survival;
#[cfg(feature = "pictures")]
mod survival_picture;
mod sweep;
#[cfg(feature = "pictures")]
mod sweep_page;
#[cfg(feature = "pictures")]
mod sweep_picture;
mod terminal;
mod trace;
mod verify;

pub use bench::{bench_csv, bench_json, bench_markdown, bench_text};
#[cfg(feature = "pictures")]
pub use bench_picture::bench_picture;
#[cfg(feature = "pictures")]
pub use curves::curves_picture;
pub use devices::{DeviceRow, devices_json, devices_text};
#[cfg(feature = "pictures")]
pub use grid::grid_picture;
#[cfg(feature = "pictures")]
pub use html::{Fact, Page, page_data};
pub use json::{escape_json, pretty};
pub use map::{map_json, map_text};
#[cfg(feature = "pictures")]
pub use map_colour::{MapColour, MapColours};
#[cfg(feature = "pictures")]
pub use map_page::map_page;
#[cfg(feature = "pictures")]
pub use map_picture::{map_picture, map_picture_scale};
#[cfg(feature = "pictures")]
pub use map_pixels::map_pixels_png;
pub use map_place::{map_pixel_json, map_pixel_text};
#[cfg(feature = "pictures")]
pub use network::{network_picture, trace_picture};
pub use number::{grouped, percent, short};
#[cfg(feature = "tables")]
pub use parquet::{Cell, ColumnType, ParquetTable, read_note};
pub use plane::{surface_json, surface_text};
pub use reproduce::{Reproductions, reproduce_json, reproduce_markdown, reproduce_text, reproduction_list};
pub use rerun::{rerun_json, rerun_text};
#[cfg(feature = "tables")]
pub use rows::{OutcomeRows, RUN_NOTE, RowForm, SPEC_NOTE};
#[cfg(feature = "pictures")]
pub use run_page::{run_page, survival_title};
#[cfg(feature = "pictures")]
pub use surface::{slope_map, surface_map, surface_picture};
pub use survival::survival_csv;
#[cfg(feature = "pictures")]
pub use survival_picture::survival_picture;
#[cfg(feature = "tables")]
pub use sweep::{SWEEP_NOTE, sweep_parquet};
pub use sweep::{sweep_csv, sweep_json, sweep_text};
#[cfg(feature = "pictures")]
pub use sweep_page::sweep_page;
#[cfg(feature = "pictures")]
pub use sweep_picture::sweep_picture;
pub use terminal::escape_text;
pub use trace::{lesson_text, trace_csv, trace_json, trace_text};
pub use verify::{agreement_text, checked_text, verdict_text, verify_json};
