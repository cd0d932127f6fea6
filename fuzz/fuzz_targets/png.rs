//! Bytes for the door `png`; seeds are in tests/seeds/png.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("png", bytes));
