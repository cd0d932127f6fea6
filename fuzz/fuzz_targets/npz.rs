//! Bytes for the door `npz`; seeds are in tests/seeds/npz.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("npz", bytes));
