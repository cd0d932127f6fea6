//! Bytes for the door `html`; seeds are in tests/seeds/html.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| basins::cli::doors::enter("html", bytes));
