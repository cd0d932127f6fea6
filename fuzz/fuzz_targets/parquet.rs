//! Bytes for the door `parquet`; seeds are in tests/seeds/parquet.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("parquet", bytes));
