//! Bytes for the door `csv`; seeds are in tests/seeds/csv.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("csv", bytes));
