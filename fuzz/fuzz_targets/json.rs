//! Bytes for the door `json`; seeds are in tests/seeds/json.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("json", bytes));
