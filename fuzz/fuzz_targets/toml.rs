//! Bytes for the door `toml`; seeds are in tests/seeds/toml.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("toml", bytes));
